// A failure that is meant for the person at the keyboard: one line on stderr and an exit code. Anything else that is thrown is a bug.

export class Refusal extends Error {
  readonly exitCode: number;

  constructor(line: string, exitCode = 1) {
    super(line);
    this.exitCode = exitCode;
  }
}

/** What to tell of a failure of the operating system: `EACCES` and its like, or undefined for a bug of ours. */
export function systemCode(cause: unknown): string | undefined {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Runs a program: a Refusal becomes its line, any other failure its stack. Both end the process, whatever still runs in it. */
export async function runProgram(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (cause) {
    if (cause instanceof Refusal) {
      console.error(`edgekeep: ${cause.message}`);
      process.exit(cause.exitCode);
    }
    console.error(cause);
    process.exit(1);
  }
}
