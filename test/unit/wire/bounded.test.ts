// A memory that strangers cannot grow.

import { expect, it } from "vitest";
import { remember } from "../../../src/wire/bounded.ts";

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
