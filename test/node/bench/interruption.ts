// The end of a run by a signal, as an error: what the run has started is then stopped where it always is.

/** @returns what never resolves. It rejects at the first SIGINT or SIGTERM; further ones change nothing: from a terminal, npm sends a second. */
export const interruption = (): Promise<never> =>
  new Promise<never>((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => reject(new Error(`ended by ${signal}`)));
  });
