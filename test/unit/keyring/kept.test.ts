// What is kept open: once, bounded, never a failure, and gone when its key says so.

import { describe, expect, it } from "vitest";
import { Kept } from "../../../src/keyring/kept.ts";

/** Opens anything, and counts. */
function opener() {
  let count = 0;
  return { open: async () => `opened ${++count}`, count: () => count };
}

describe("what is kept", () => {
  it("was opened once, however many ask meanwhile", async () => {
    const { open, count } = opener();
    const kept = new Kept<string>(2);
    expect(await Promise.all([kept.get("a/1", open), kept.get("a/1", open)])).toEqual(["opened 1", "opened 1"]);
    expect(await kept.get("a/1", open)).toBe("opened 1");
    expect(count()).toBe(1);
  });

  it("is at most so much: what came first goes first", async () => {
    const { open, count } = opener();
    const kept = new Kept<string>(2);
    for (const name of ["a", "b", "c"]) await kept.get(name, open);
    await kept.get("c", open);
    await kept.get("b", open);
    expect(count()).toBe(3);
    expect(await kept.get("a", open)).toBe("opened 4");
  });

  it("goes with its key, all that begins with its id, and no other's", async () => {
    const { open, count } = opener();
    const kept = new Kept<string>(9);
    for (const name of ["a/1", "a/2", "b/1"]) await kept.get(name, open);
    kept.drop("a");
    await kept.get("b/1", open);
    expect(count()).toBe(3);
    await kept.get("a/1", open);
    expect(count()).toBe(4);
    kept.clear();
    await kept.get("b/1", open);
    expect(count()).toBe(5);
  });

  it("is neither a failure nor an absence", async () => {
    const kept = new Kept<string | undefined>(9);
    await expect(kept.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await kept.get("a", async () => undefined)).toBeUndefined();
    expect(await kept.get("a", async () => "there")).toBe("there");
  });

  it("is not what was being opened when its key was written", async () => {
    const kept = new Kept<string>(9);
    const gate = Promise.withResolvers<string>();
    const before = kept.get("a", () => gate.promise);
    kept.drop("a");
    gate.resolve("of the key as it was");
    expect(await before).toBe("of the key as it was");
    expect(await kept.get("a", async () => "of the key as it is")).toBe("of the key as it is");
  });
});
