// The form of a refusal's words.

/** What happened, and what to do. Facts are filled in as `{name}`. */
export type Words = readonly [sentence: string, advice: string];
