/** How the values of a histogram are put into classes. */
export interface Buckets {
  /** The greatest value of each class, ascending; one more class has all that is greater. */
  readonly bounds: readonly number[];
  /** Which of the bounds `/metrics` shows: places in `bounds`, ascending. The others are for percentiles. */
  readonly shown: readonly number[];
  /** What a value is multiplied with to be in the unit that `/metrics` shows. */
  readonly scale: number;
  /** The class of a value: the first whose bound is no less. */
  place(value: number): number;
}

/**
 * The preferred numbers R20 of ISO 3: twenty steps of nearly equal ratios to a decade, 1, 2.5 and 5 among them. The
 * greatest ratio is that of 1.6 to 1.4.
 */
const steps = [
  100, 112, 125, 140, 160, 180, 200, 224, 250, 280, 315, 355, 400, 450, 500, 560, 630, 710, 800, 900,
] as const;

/** From 1 µs on, so many decades: up to 100 s. */
const firstExponent = -3;
const decades = 8;

/** What dashboards and service levels ask for, in milliseconds. */
const shownTimes = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Times in milliseconds, shown in seconds. The bound of a class is less than 14.3 % above any of its values. */
export const timeBuckets: Buckets = makeTimeBuckets();

/** Numbers of rows: powers of two, up to as many as a queue takes. */
export const rowBuckets: Buckets = makeRowBuckets();

function makeTimeBuckets(): Buckets {
  // Written as decimals and read back: products of powers of ten would be off in the last place, and 0.25 not found.
  const bounds = Array.from({ length: decades }, (_, decade) =>
    steps.map((step) => Number(`${step}e${decade + firstExponent - 2}`)),
  ).flat();
  bounds.push(Number(`1e${decades + firstExponent}`));
  const last = bounds.length - 1;
  return {
    bounds,
    shown: shownTimes.map((time) => bounds.indexOf(time)),
    scale: 1 / 1000,
    place: (milliseconds) => {
      if (!(milliseconds > 0.001)) return 0;
      // A step is near the power of 10^(1/20) of its place: the class is that of the power below, or one of the next two.
      let place = Math.min(Math.floor(steps.length * (Math.log10(milliseconds) - firstExponent)), last);
      while (place <= last && milliseconds > (bounds[place] ?? 0)) place += 1;
      return place;
    },
  };
}

function makeRowBuckets(): Buckets {
  const bounds = Array.from({ length: 13 }, (_, exponent) => 2 ** exponent);
  return {
    bounds,
    shown: [...bounds.keys()],
    scale: 1,
    place: (rows) => (rows <= 1 ? 0 : Math.min(32 - Math.clz32(rows - 1), bounds.length)),
  };
}
