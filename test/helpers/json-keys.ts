/** Where the values of JSON documents are, lists as one place: `summary.ready`, `models[].versions[].version`. */
export function jsonKeys(...documents: readonly unknown[]): Set<string> {
  return leaves(documents.flatMap((document) => placesOf(document, '')));
}

/** The keys that a page documents in tables, below one of its headings. */
export function documentedKeys(page: string, heading: string): Set<string> {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return leaves([...own.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, key]) => key ?? ''));
}

function placesOf(value: unknown, place: string): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [place] : value.flatMap((item) => placesOf(item, `${place}[]`));
  if (typeof value !== 'object' || value === null) return [place.replace(/\[\]$/, '')];
  const dot = place === '' ? '' : '.';
  return Object.entries(value).flatMap(([key, part]) => placesOf(part, `${place}${dot}${key}`));
}

/** Without the places that hold others: one document has null or an empty list where another has more. */
function leaves(places: readonly string[]): Set<string> {
  const holds = (place: string) =>
    places.some((other) => other.startsWith(`${place}[]`) || other.startsWith(`${place}.`));
  return new Set(places.filter((place) => !holds(place)).toSorted());
}
