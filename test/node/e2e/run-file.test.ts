// DIR/run.json: who holds a directory, whom a new server may end, and whom never.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Lock, tryLock } from "../../../src/cli/state/lock.ts";
import { RunFile, readFormerRun, readServer } from "../../../src/cli/state/run-file.ts";
import { CHECKOUT, newState } from "./edgekeep.ts";
import { eventually, killAndWait, lives, statOf } from "./processes.ts";

const BOOT = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

let directory = "";
let path = "";
const bystanders: ChildProcess[] = [];

beforeEach(() => {
  directory = newState();
  mkdirSync(directory);
  path = join(directory, "run.json");
});
afterEach(async () => {
  for (const { pid } of bystanders.splice(0)) if (pid !== undefined) await killAndWait(pid);
});

function bystander(command = "sleep 60"): { pid: number; startTime: string } {
  const child = spawn("sh", ["-c", `exec ${command}`], { cwd: directory, stdio: "ignore" });
  bystanders.push(child);
  const pid = Number(child.pid);
  return { pid, startTime: String(statOf(pid)?.startTime) };
}

const GONE = { pid: 2 ** 22 - 3, startTime: "1" };
const write = (run: unknown) => writeFileSync(path, typeof run === "string" ? run : JSON.stringify(run));

/** What start does with the file. */
async function takeOver(): Promise<RunFile> {
  const run = RunFile.claim(readFormerRun(directory));
  await run.endFormerChildren();
  return run;
}

test("is whole from the first moment, holds this process and its children, and goes when it ends", async () => {
  const run = await takeOver();
  const read = () => JSON.parse(readFileSync(path, "utf8"));
  expect(read()).toEqual({ boot: BOOT, node: { pid: process.pid, startTime: statOf(process.pid)?.startTime }, children: [] });
  const [first, second] = [bystander(), bystander()];
  run.add(first);
  run.add(second);
  run.add(second);
  expect(read().children).toEqual([first, second]);
  await killAndWait(first.pid);
  run.add(second);
  expect(read().children).toEqual([second]);
  expect(readdirSync(directory)).toEqual(["run.json"]);
  run.remove();
  expect(readdirSync(directory)).toEqual([]);
});

describe("a server that lives", () => {
  test("keeps its directory", async () => {
    const server = bystander();
    write({ boot: BOOT, node: server, children: [] });
    await expect(takeOver()).rejects.toThrow(`${directory} is in use by process ${server.pid}`);
    expect(JSON.parse(readFileSync(path, "utf8")).node).toEqual(server);
  });

  test("is named by its pid, and nobody is where there is none", () => {
    expect(readServer(directory)).toBeUndefined();
    write({ boot: BOOT, node: GONE, children: [] });
    expect(readServer(directory)).toBeUndefined();
    const server = bystander();
    write({ boot: BOOT, node: server, children: [] });
    expect(readServer(directory)).toBe(server.pid);
  });
});

describe("a server that was killed", () => {
  test("leaves a workerd, which is ended first, be it deaf to SIGTERM", async () => {
    const orphan = bystander();
    const deaf = bystander("sh -c 'trap : TERM; : > heard; while :; do sleep 1; done'");
    await eventually("the trap to be set", () => existsSync(join(directory, "heard")));
    write({ boot: BOOT, node: GONE, children: [orphan, deaf] });
    await takeOver();
    expect([lives(orphan.pid), lives(deaf.pid)]).toEqual([false, false]);
  });

  test("stays written down with what it left until that has ended", async () => {
    const orphan = bystander();
    write({ boot: BOOT, node: GONE, children: [orphan] });
    const run = RunFile.claim(readFormerRun(directory));
    const read = () => JSON.parse(readFileSync(path, "utf8"));
    expect([read().node.pid, read().children]).toEqual([process.pid, [orphan]]);
    run.remove(); // as if this one ended now: the next start must find the orphan
    expect(read().children).toEqual([orphan]);
    await run.endFormerChildren();
    expect(read().children).toEqual([]);
    run.remove();
    expect(existsSync(path)).toBe(false);
  });

  test("may have had a pid that is now another's: that one is neither a server nor ended", async () => {
    const other = bystander();
    write({ boot: BOOT, node: { ...other, startTime: "1" }, children: [{ ...other, startTime: "2" }] });
    (await takeOver()).remove();
    expect(lives(other.pid)).toBe(true);
  });

  test("before the machine was started anew has left nothing", async () => {
    const other = bystander();
    write({ boot: "another boot", node: other, children: [other] });
    (await takeOver()).remove();
    expect(lives(other.pid)).toBe(true);
  });

  test.each([
    ["", "empty"],
    ["{", "truncated"],
    ["null", "null"],
    ["[]", "a list"],
    ['{"node":{"pid":PID},"children":[{"pid":PID}]}', "without start times"],
    ['{"boot":"BOOT","node":{"pid":PID},"children":[{"pid":PID}]}', "of this boot without start times"],
    [
      '{"boot":"BOOT","node":{"pid":-1,"startTime":"1"},"children":[{"pid":-1,"startTime":"1"},{"pid":0,"startTime":"1"}]}',
      "of impossible pids",
    ],
  ])("may have left a file that is no run file (%j, %s): its place is taken and no process is ended", async (text) => {
    const other = bystander();
    write(text.replaceAll("PID", `${other.pid}`).replaceAll("BOOT", BOOT));
    (await takeOver()).remove();
    expect(lives(other.pid)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });
});

test("a server whose file was replaced notices, and does not take the other one's away", async () => {
  const run = await takeOver();
  const other = { boot: BOOT, node: bystander(), children: [] };
  write(other);
  expect(() => run.add(bystander())).toThrow("was replaced");
  run.remove();
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(other);
});

describe("the lock", () => {
  const locks: Lock[] = [];
  const take = (): boolean => {
    const lock = tryLock(directory);
    if (lock !== undefined) locks.push(lock);
    return lock !== undefined;
  };
  afterEach(() => {
    for (const lock of locks.splice(0)) lock.close();
  });

  test("is held by one at a time, is an empty file and leaves that file where it is", () => {
    expect([take(), take()]).toEqual([true, false]);
    const { ino, size } = statSync(join(directory, "lock"));
    expect([readdirSync(directory), size]).toEqual([["lock"], 0]);
    for (const lock of locks.splice(0)) lock.close();
    expect(take()).toBe(true);
    expect(statSync(join(directory, "lock")).ino).toBe(ino);
  });

  test("is let go by the kernel when its process is killed, though a child of that process lives on", async () => {
    const source = `import { tryLock } from ${JSON.stringify(join(CHECKOUT, "src/cli/state/lock.ts"))};
      import { spawn } from "node:child_process";
      globalThis.lock = tryLock(${JSON.stringify(directory)});
      console.log(spawn("sleep", ["60"], { detached: true, stdio: "ignore" }).pid);
      setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: ["ignore", "pipe", "inherit"] });
    bystanders.push(holder);
    const [line] = await once(holder.stdout, "data");
    const child = Number(line);
    try {
      expect(take()).toBe(false);
      await killAndWait(Number(holder.pid));
      await eventually("the lock", take); // the kernel closes its files a moment after it counts as dead
      expect(lives(child)).toBe(true);
    } finally {
      await killAndWait(child);
    }
  });

  test("that is no lock is refused in words", () => {
    writeFileSync(join(directory, "lock"), "somebody's notes, which are no lock at all");
    expect(take).toThrow(`${join(directory, "lock")} cannot be locked (file is not a database)`);
  });
});
