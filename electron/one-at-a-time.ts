// Work that follows what changes: never twice at the same time, and never behind the last change.

/** @returns starts the work, or has it done once more where it is going on; rejects as the work does */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let busy = false;
  let again = false;
  return async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      busy = false;
    }
  };
}
