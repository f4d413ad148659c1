const day = 24 * 60 * 60_000;
const units: Readonly<Record<string, number>> = { h: day / 24, d: day, w: 7 * day };

/** How an expiry is written, for messages. */
export const expirySyntax = 'a time from now, such as 12h, 90d or 8w, or a date, such as 2030-01-31';

/**
 * Reads when a key is to expire: a time from now, or a date, which is the beginning of that day in UTC, or a moment in
 * ISO 8601 with its time zone.
 * @returns null for a text that is none of them, or a time that is over.
 */
export function parseExpiry(text: string, now: Date): Date | null {
  const [, amount, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const isMoment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const expiry =
    amount === undefined || unit === undefined
      ? new Date(isMoment ? text : Number.NaN)
      : new Date(now.getTime() + Number(amount) * (units[unit] ?? Number.NaN));
  // Date takes the 31st of February for the 3rd of March.
  const isThere = !isMoment || new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() === Number(text.slice(8, 10));
  return isThere && expiry.getTime() > now.getTime() ? expiry : null;
}
