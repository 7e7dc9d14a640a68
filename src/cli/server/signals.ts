// Who hears SIGINT, SIGTERM and SIGHUP: this program alone, so that it ends when all its children have ended and not before.

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const STOP_PATIENCE_MS = 5_000;

/** Stops once, however many signals come. Ends the process even if stopping hangs: `exit` listeners end what is left. */
export function stopOnSignal(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let stopping = false;
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), STOP_PATIENCE_MS);
      stop(name).then(
        () => process.exit(0),
        (cause: unknown) => {
          console.error(cause);
          process.exit(1);
        },
      );
    });
  }
}

/** Miniflare listens too, and exits at once, with workerd still dying. Takes off the listeners that `make` puts on. */
export function withoutSignalListeners<T>(make: () => T): T {
  const before = STOP_SIGNALS.map((name) => process.listeners(name));
  const made = make();
  STOP_SIGNALS.forEach((name, index) => {
    for (const listener of process.listeners(name)) if (!before[index]?.includes(listener)) process.off(name, listener);
  });
  return made;
}
