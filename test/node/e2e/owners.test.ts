// What another user could read, change or put in the place of a state directory: refused, in one line that says what to do.

import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHECKOUT, newState, run, startServer } from "./edgekeep.ts";

const STRANGER = 54_321;
const isRoot = process.getuid?.() === 0;
const SHARED_MODE = 0o755;
const ROOT_KEYS = `{"seal":1,"credentials":[1],"keys":{"1":"${Buffer.alloc(32, 7).toString("base64")}"}}`;

/** As if a server had been there: what a refusal looks at, and no more. */
function madeState(state = newState()): string {
  for (const folder of ["", "data", "data/d1", "aws"]) mkdirSync(join(state, folder), { mode: 0o700 });
  const files = {
    format: "1\n",
    "root-keys.json": ROOT_KEYS,
    lock: "",
    "run.json": "",
    "aws/credentials": "",
    "data/d1/x.sqlite": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(state, name), text, { mode: 0o600 });
  return state;
}

async function refusal(program: "start" | "dev" | "credentials", state: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, [
    ...(program === "credentials" ? ["--account", "111122223333"] : []),
    "--state",
    state,
  ]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^edgekeep: [^\n]+\n$/);
  return stderr.slice("edgekeep: ".length, -1);
}

describe.skipIf(!isRoot)("root is refused too (skipped for other users, who cannot give a file away)", () => {
  test.each([
    "",
    "data",
    "data/d1",
    "data/d1/x.sqlite",
    "aws",
    "aws/credentials",
    "root-keys.json",
    "format",
    "run.json",
    "lock",
    "dev.vars",
  ])("%j that belongs to another", async (name) => {
    const state = madeState();
    const path = join(state, name).replace(/\/$/, "");
    if (name === "dev.vars") writeFileSync(path, "", { mode: 0o600 });
    chownSync(path, STRANGER, STRANGER);
    expect(await refusal("start", state)).toBe(
      `${path} belongs to user ${STRANGER}, and this runs as user 0: run it as user ${STRANGER}, or chown 0 ${path} if you trust what it holds`,
    );
  });

  test("by `npm run dev` and `npm run credentials`", async () => {
    const state = madeState();
    chownSync(join(state, "root-keys.json"), STRANGER, STRANGER);
    expect(await refusal("credentials", state)).toContain(`root-keys.json belongs to user ${STRANGER}`);
    chownSync(state, STRANGER, STRANGER);
    for (const program of ["dev", "credentials"] as const)
      expect(await refusal(program, state)).toContain(`${state} belongs to user ${STRANGER}`);
    chownSync(state, 0, 0);
    mkdirSync(join(state, "development"), { mode: 0o700 });
    chownSync(join(state, "development"), STRANGER, STRANGER);
    expect(await refusal("dev", state)).toContain(`${join(state, "development")} belongs to user ${STRANGER}`);
  });

  test("a file of root keys that belongs to another", async () => {
    const path = join(dirname(newState()), "keys");
    writeFileSync(path, ROOT_KEYS, { mode: 0o600 });
    chownSync(path, STRANGER, STRANGER);
    const { code, stdout, stderr } = await run("credentials", ["--account", "111122223333", "--root-keys", path]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`${path} belongs to user ${STRANGER}, and this runs as user 0`);
  });

  test("a directory on the way that belongs to another, or a link that does", async () => {
    const state = madeState();
    const link = join(dirname(newState()), "link");
    symlinkSync(state, link);
    lchownSync(link, STRANGER, STRANGER);
    expect(await refusal("start", link)).toContain(`${link} belongs to user ${STRANGER}, who could replace ${link}`);
    chownSync(dirname(state), STRANGER, STRANGER);
    for (const path of [state, join(dirname(state), "new")])
      expect(await refusal("start", path)).toBe(
        `${dirname(state)} belongs to user ${STRANGER}, who could replace ${path}: choose a place below directories of your own`,
      );
  });
});

describe("a way on which others may rename", () => {
  test.each([
    [0o777, "o-w"],
    [0o757, "o-w"],
  ])("a directory above of mode %o is refused, and with the sticky bit is not", async (mode, change) => {
    const state = madeState();
    const above = dirname(state);
    chmodSync(above, mode);
    const line = `${above} may be written by others, who could replace ${state}: run chmod ${change} ${above}`;
    expect(await refusal("start", state)).toBe(line);
    expect(await refusal("credentials", state)).toContain(`${above} may be written by others`);
    chmodSync(above, mode | 0o1000);
    expect((await run("credentials", ["--account", "111122223333", "--state", state])).code).toBe(0);
  });

  test.skipIf(!isRoot)("or one that another group may write; the user's own may", async () => {
    const state = madeState();
    chmodSync(dirname(state), 0o770);
    expect((await run("credentials", ["--account", "111122223333", "--state", state])).code).toBe(0);
    chownSync(dirname(state), 0, STRANGER);
    expect(await refusal("start", state)).toContain(`run chmod g-w ${dirname(state)}`);
  });

  test("a link in the state, of a file or a folder, is refused; the state itself may be reached by one", async () => {
    for (const name of ["root-keys.json", "data"]) {
      const state = madeState();
      cpSync(join(state, name), join(dirname(state), "elsewhere"), { recursive: true });
      rmSync(join(state, name), { recursive: true });
      symlinkSync(join(dirname(state), "elsewhere"), join(state, name));
      expect(await refusal("start", state)).toContain(`${join(state, name)} is a symbolic link`);
    }
    const link = newState();
    symlinkSync(newState(), link); // to nothing yet: this is not made into a directory
    expect((await run("start", ["--state", link, "--port", "0"])).stderr).toMatch(/^edgekeep: [^\n]+\n$/);
    rmSync(link);
    symlinkSync(madeState(), link);
    await (await startServer(link)).stop("npm");
  });
});

describe("a user without root's rights", () => {
  // The checkout may lie where no other user can go, so what a refusal needs of it is copied to where he can.
  let copy = "";
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "edgekeep-other-user-"));
    cpSync(join(CHECKOUT, "src"), join(copy, "src"), { recursive: true });
    copyFileSync(join(CHECKOUT, "package.json"), join(copy, "package.json"));
    copyFileSync(process.execPath, join(copy, "node"));
    for (const path of ["", "node"]) chmodSync(join(copy, path), SHARED_MODE);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  /** Runs start as the stranger, or as this user where he is not root. */
  function startAsOther(state: string): Promise<{ code: number | null; text: string }> {
    const identity = isRoot ? { uid: STRANGER, gid: STRANGER } : {};
    const child = spawn(join(copy, "node"), [join(copy, "src/cli/start.ts"), "--state", state, "--port", "0"], {
      cwd: "/",
      ...identity,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    return new Promise((resolve, reject) => child.on("error", reject).on("close", (code) => resolve({ code, text })));
  }

  /** A folder of his, in one where he may look. */
  function folderOfOther(mode: number): string {
    const folder = newState();
    chmodSync(dirname(folder), SHARED_MODE);
    mkdirSync(folder, { mode });
    chmodSync(folder, mode);
    if (isRoot) chownSync(folder, STRANGER, STRANGER);
    return folder;
  }

  test("cannot make or write a state where the mode forbids it", async () => {
    const folder = folderOfOther(0o500);
    const path = join(folder, "below");
    expect(await startAsOther(path)).toEqual({ code: 1, text: `edgekeep: ${path} cannot be written (EACCES)\n` });
  });

  test("cannot look where the mode forbids it", async () => {
    const path = join(folderOfOther(0o600), "below");
    expect(await startAsOther(path)).toEqual({ code: 1, text: `edgekeep: ${path} cannot be read (EACCES)\n` });
  });

  test("is refused a state of root's, and one of the modes that are wrong", async () => {
    const folder = folderOfOther(0o755);
    expect((await startAsOther(folder)).text).toContain(`${folder} has mode 0755, not 0700: run chmod 0700 ${folder}`);
    expect((await startAsOther("/usr")).text).toMatch(/^edgekeep: \/usr belongs to user 0, and this runs as user \d+: [^\n]+\n$/);
  });
});
