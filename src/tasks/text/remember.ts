/** How many texts are remembered. */
const maxRemembered = 10_000;

/** Longer texts are rare, and would fill the memory. */
const maxLength = 24;

/**
 * Remembers what was found for short texts: the same few words and characters make up most texts. When there is no more
 * room, remembering begins anew, so that nobody fills it for good with words that never come again.
 * @param find must always find the same for the same text, and never undefined.
 */
export function remember<Found extends {} | null>(find: (text: string) => Found): (text: string) => Found {
  const known = new Map<string, Found>();
  return (text) => {
    if (text.length > maxLength) return find(text);
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const found = find(text);
    if (known.size >= maxRemembered) known.clear();
    known.set(text, found);
    return found;
  };
}
