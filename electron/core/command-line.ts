// How the command line is called on this machine. All our words say `countersign …`; where there is only a checkout
// it is npm that finds the program, and advice that cannot be typed as it stands is none.
let called = "countersign";

/** Said once at start, as a language would be. */
export function commandLineIs(words: string): void {
  called = words;
}

/** Words of ours with each command as it is typed here. Facts from outside are filled in afterwards, never before. */
export const asTyped = (words: string): string =>
  called === "countersign"
    ? words
    : words.replaceAll(/\bcountersign (?=[a-z<…-])/g, () => `${called} `);
