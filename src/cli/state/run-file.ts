// DIR/run.json: which processes serve this state directory. It names the holder of the lock (lock.ts) and, after node was killed, is
// the way to the workerd that lives on, writing and holding the port. Whoever writes it holds the lock.

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal, systemCode } from "../refusal.ts";
import { bootId, endProcesses, isAlive, markOf, type ProcessMark } from "./processes.ts";

const RUN_FILE = "run.json";

/** What an earlier server left in the directory. */
export interface FormerRun {
  readonly path: string;
  /** Those that live. None of a file that cannot be read as ours: its processes are unknown, so none is ever signalled. */
  readonly children: readonly ProcessMark[];
}

/** Names of this file and of its temporary neighbours, which may be left where a server was killed: they are not state. */
export const isRunFile = (name: string): boolean => name === RUN_FILE || name.startsWith(`${RUN_FILE}.`);

/** @throws Refusal if a server is using the directory, or if nobody can tell whether its children live. */
export function readFormerRun(directory: string): FormerRun {
  const path = join(directory, RUN_FILE);
  const { node, children } = parseRun(readIfThere(path));
  if (node !== undefined && isAlive(node)) throw inUse(directory, node.pid);
  const left = children.filter(isAlive);
  const unsure = left.find(({ startTime }) => startTime === undefined);
  if (unsure !== undefined) {
    throw new Refusal(
      `process ${unsure.pid} may be the workerd of a server that was killed: end it, or delete ${path} if it is another program`,
    );
  }
  return { path, children: left };
}

/** @returns the pid of the server that uses the directory, or undefined where the file names none that lives. */
export function readServer(directory: string): number | undefined {
  const { node } = parseRun(readIfThere(join(directory, RUN_FILE)));
  return node !== undefined && isAlive(node) ? node.pid : undefined;
}

export function inUse(directory: string, pid: number | undefined): Refusal {
  return new Refusal(`${directory} is in use by ${pid === undefined ? "another process" : `process ${pid}`}`);
}

/** The run file of this very process. It is always whole on disk: written aside, then renamed. */
export class RunFile {
  readonly #path: string;
  readonly #node: ProcessMark;
  readonly #former: readonly ProcessMark[];
  #children: readonly ProcessMark[];
  #text: string;

  private constructor({ path, children }: FormerRun, node: ProcessMark) {
    this.#path = path;
    this.#node = node;
    this.#former = children;
    this.#children = children;
    this.#text = printRun(node, children);
  }

  /** For the holder of the lock. What a killed server left stays written down until it has ended. */
  static claim(former: FormerRun): RunFile {
    const node = markOf(process.pid);
    if (node === undefined) throw new Error("this process has no entry in /proc");
    const run = new RunFile(former, node);
    run.#write();
    return run;
  }

  /** Ends what a killed server left running; it must be gone before its port and its state are used again. */
  async endFormerChildren(): Promise<void> {
    await endProcesses(this.#former);
    this.add();
  }

  /** Remembers processes that must not outlive this one. Those that have ended are forgotten. */
  add(...marks: readonly ProcessMark[]): void {
    const children = [
      ...this.#children.filter((known) => isAlive(known) && !marks.some(({ pid }) => pid === known.pid)),
      ...marks,
    ];
    const text = printRun(this.#node, children);
    if (text === this.#text) return;
    if (!this.#isOurs()) throw new Error(`${this.#path} was replaced while this server was running`);
    this.#children = children;
    this.#text = text;
    this.#write();
  }

  /** Synchronous, as `remove`. */
  endChildrenNow(): void {
    for (const { pid } of this.#children.filter(isAlive)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended already, or is not ours to end; the file goes on naming it then.
      }
    }
  }

  /** Synchronous, so that it can be the last thing a process does. The file stays where a killed server's child lives on. */
  remove(): void {
    if (this.#isOurs() && !this.#former.some(isAlive)) rmSync(this.#path, { force: true });
  }

  #isOurs(): boolean {
    return readIfThere(this.#path) === this.#text;
  }

  #write(): void {
    const aside = `${this.#path}.new`;
    rmSync(aside, { force: true }); // a killed server may have left one
    writeFileSync(aside, this.#text, { mode: 0o600, flag: "wx" });
    renameSync(aside, this.#path);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new Refusal(`${path} cannot be read (${systemCode(cause)})`);
  }
}

const printRun = (node: ProcessMark, children: readonly ProcessMark[]): string =>
  `${JSON.stringify({ boot: bootId(), node, children })}\n`;

/** Of an earlier boot nothing is left. */
function parseRun(text: string | undefined): { node?: ProcessMark; children: readonly ProcessMark[] } {
  let run: { boot?: unknown; node?: unknown; children?: unknown };
  try {
    run = JSON.parse(text ?? "") as typeof run;
  } catch {
    return { children: [] };
  }
  if (run?.boot !== bootId() || !isMark(run.node) || !Array.isArray(run.children)) return { children: [] };
  return { node: run.node, children: run.children.filter(isMark) };
}

/** On Linux only a whole mark counts: without its start time a pid may be anybody's. */
function isMark(value: unknown): value is ProcessMark {
  if (typeof value !== "object" || value === null) return false;
  const { pid, startTime } = value as Record<string, unknown>;
  return (
    Number.isInteger(pid) && (pid as number) > 0 && typeof startTime === (process.platform === "linux" ? "string" : "undefined")
  );
}
