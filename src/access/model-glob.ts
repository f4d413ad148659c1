/** What may stand in a glob: what a model's name may have, and asterisks. */
const globText = /^[A-Za-z0-9_.*-]{1,200}$/;

/** Whether a text is a glob of model names, such as `*`, `iris` or `spam*`. */
export function isModelGlob(text: string): boolean {
  return globText.test(text);
}

/**
 * Whether a glob means a name: an asterisk stands for any characters, or none; everything else for itself, case included.
 * Tokens bring globs of their own, so that it takes no more steps than glob times name, which a regular expression does
 * not promise.
 */
export function matchesGlob(glob: string, name: string): boolean {
  let at = 0;
  let inGlob = 0;
  // The last asterisk, and how much of the name it stands for so far; it takes one character more at each dead end.
  let asterisk = -1;
  let taken = 0;
  while (at < name.length) {
    if (glob[inGlob] === '*') {
      asterisk = inGlob;
      taken = at;
      inGlob += 1;
    } else if (glob[inGlob] === name[at]) {
      inGlob += 1;
      at += 1;
    } else if (asterisk >= 0) {
      taken += 1;
      at = taken;
      inGlob = asterisk + 1;
    } else return false;
  }
  while (glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}
