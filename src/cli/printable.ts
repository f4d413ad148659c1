/** Text that a terminal shows and does not obey: files come from anywhere, and so do the names and words in them. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '\uFFFD');
}
