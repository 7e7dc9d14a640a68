// DIR/run.json: which processes serve this state directory. It is the lock (one server a directory: two workerds on one state answer
// 500 to half of the writes) and, after node was killed, the way to the workerd that lives on, writing and holding the port.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootId, endProcesses, isAlive, markOf, type ProcessMark } from "./processes.ts";
import { Refusal, systemCode } from "./refusal.ts";

const RUN_FILE = "run.json";

/** What an earlier server left in the directory. */
export interface FormerRun {
  readonly path: string;
  /** The whole file, to see that it is still the same one when it is replaced; undefined where there is none. */
  readonly text: string | undefined;
  /** Absent in a file that cannot be read as ours: its processes are unknown, so none is ever signalled. */
  readonly node?: ProcessMark;
  readonly children: readonly ProcessMark[];
}

/** Names of this file and of its temporary neighbours, which may be left where a server was killed: they are not state. */
export const isRunFile = (name: string): boolean => name === RUN_FILE || name.startsWith(`${RUN_FILE}.`);

/** @throws Refusal if a server is using the directory. */
export function readFormerRun(directory: string): FormerRun {
  const path = join(directory, RUN_FILE);
  const text = readIfThere(path);
  const former = { path, text, ...parseRun(text) };
  if (former.node !== undefined && isAlive(former.node)) throw inUse(directory, former.node.pid);
  return former;
}

/** Ends what a killed server left running; it must be gone before its port and its state are used again. */
export async function endFormerChildren({ path, children }: FormerRun): Promise<void> {
  const left = children.filter(isAlive);
  const unsure = left.find(({ startTime }) => startTime === undefined);
  if (unsure !== undefined) {
    throw new Refusal(
      `process ${unsure.pid} may be the workerd of a server that was killed: end it, or delete ${path} if it is another program`,
    );
  }
  await endProcesses(left);
}

/** The run file of this very process. It is always whole on disk: written aside, then linked or renamed. */
export class RunFile {
  readonly #path: string;
  readonly #node: ProcessMark;
  #children: readonly ProcessMark[] = [];
  #text: string;

  private constructor(path: string, node: ProcessMark) {
    this.#path = path;
    this.#node = node;
    this.#text = printRun(node, []);
  }

  /** @throws Refusal if another server was quicker. */
  static claim(directory: string, former: FormerRun): RunFile {
    const node = markOf(process.pid);
    if (node === undefined) throw new Error("this process has no entry in /proc");
    const run = new RunFile(former.path, node);
    if (former.text !== undefined) removeFormer(directory, former);
    try {
      // link(2) fails where the name exists, as O_EXCL does, but no reader ever sees half a file.
      run.#writeAside((aside) => linkSync(aside, run.#path));
    } catch (cause) {
      if (systemCode(cause) === "EEXIST") throw inUse(directory, parseRun(readIfThere(run.#path)).node?.pid);
      throw cause;
    }
    return run;
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
    this.#writeAside((aside) => renameSync(aside, this.#path));
  }

  /** Synchronous, as `remove`. */
  endChildrenNow(): void {
    for (const { pid } of this.#children.filter(isAlive)) process.kill(pid, "SIGKILL");
  }

  /** Synchronous, so that it can be the last thing a process does. */
  remove(): void {
    if (this.#isOurs()) rmSync(this.#path, { force: true });
  }

  #isOurs(): boolean {
    return readIfThere(this.#path) === this.#text;
  }

  #writeAside(place: (aside: string) => void): void {
    const aside = `${this.#path}.${process.pid}`;
    writeFileSync(aside, this.#text, { mode: 0o600 });
    try {
      place(aside);
    } finally {
      rmSync(aside, { force: true });
    }
  }
}

/** Two starts may both have found the same dead server: whoever comes second must not take away the first one's file. */
function removeFormer(directory: string, { path, text }: FormerRun): void {
  const aside = `${path}.${process.pid}.former`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return;
    throw cause;
  }
  const taken = readIfThere(aside);
  if (taken !== text) {
    linkSync(aside, path);
    rmSync(aside, { force: true });
    throw inUse(directory, parseRun(taken).node?.pid);
  }
  rmSync(aside, { force: true });
}

function inUse(directory: string, pid: number | undefined): Refusal {
  return new Refusal(`${directory} is in use by ${pid === undefined ? "another process" : `process ${pid}`}`);
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
