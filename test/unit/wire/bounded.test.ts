// A memory that strangers cannot grow.

import { expect, it } from "vitest";
import { ByCharacters, remember } from "../../../src/wire/bounded.ts";

it("holds so many, and lets go of the oldest; a key that is there already takes no other's place", () => {
  const map = new Map<string, number>();
  for (const [at, name] of ["a", "b", "c"].entries()) remember(map, 3, name, at);
  remember(map, 3, "a", 7);
  expect([...map]).toEqual([
    ["a", 7],
    ["b", 1],
    ["c", 2],
  ]);
  remember(map, 3, "d", 3);
  expect([...map.keys()]).toEqual(["b", "c", "d"]);
});

it("holds so many characters, and lets go of the oldest; one put again counts once, and what is too long by itself is not kept", () => {
  const kept = new ByCharacters<string>(10);
  for (const name of ["a", "b", "c"]) kept.put(name, name.toUpperCase(), 3);
  kept.put("a", "again", 4);
  expect(["a", "b", "c"].map((name) => kept.get(name))).toEqual(["again", "B", "C"]);
  kept.put("d", "D", 3);
  expect(["a", "b", "c", "d"].map((name) => kept.get(name))).toEqual(["again", undefined, "C", "D"]);
  kept.remove("c");
  kept.put("e", "E", 3);
  expect(["a", "d", "e"].map((name) => kept.get(name))).toEqual(["again", "D", "E"]);
  kept.put("f", "F", 11);
  expect(["a", "d", "e", "f"].map((name) => kept.get(name))).toEqual([undefined, undefined, undefined, undefined]);
  kept.put("g", "G", 10);
  kept.clear();
  kept.put("h", "H", 10);
  expect([kept.get("g"), kept.get("h")]).toEqual([undefined, "H"]);
});
