// Long hashes, so that two can be compared by eye.

/** `5c1e 5c1e …`: hex in groups of four. */
export const grouped = (hex: string): string => hex.replaceAll(/(.{4})(?=.)/g, "$1 ");
