const units = ['bytes', 'kB', 'MB', 'GB'];

/** A size for people, in powers of 1000: `812 bytes`, `1.2 kB`, `340 MB`. */
export function formatFileSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1000 is 1 of the next unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}
