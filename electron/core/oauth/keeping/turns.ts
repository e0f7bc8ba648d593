/** Runs work for one name after the other, in the order it came; different names do not wait for each other. */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** A queue per name, gone once it is empty. What fails fails alone: the next in line goes on. */
export function createTurns(): InTurn {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const mine = (tails.get(name) ?? Promise.resolve()).then(work);
    const settled = mine
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (tails.get(name) === settled) tails.delete(name);
      });
    tails.set(name, settled);
    return mine;
  };
}
