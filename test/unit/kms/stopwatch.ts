// How long something takes, inside workerd: its clock stands still until the event loop has turned.

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Milliseconds, with the loop's turns about 1 too many. */
export async function millisecondsOf(act: () => unknown): Promise<number> {
  await turn();
  const begun = Date.now();
  await act();
  await turn();
  return Date.now() - begun;
}
