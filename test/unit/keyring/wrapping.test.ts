// Which key may come wrapped how: every spec, wrapping algorithm and wrapping key's spec.

import { describe, expect, it } from "vitest";
import { carries, WRAPPING_ALGORITHMS, WRAPPING_KEY_SPECS } from "../../../src/keyring/wrapping.ts";
import { KEY_TYPES } from "../../vectors/key-types.ts";
import { isAllowed, WAYS_TO_WRAP } from "../../vectors/wrapping.ts";

describe.each([...Object.keys(KEY_TYPES), "SM2"])("a key of %s", (spec) => {
  it.each(WAYS_TO_WRAP)("by %s under %s", (algorithm, wrappingSpec) => {
    expect(carries(spec, { algorithm, spec: wrappingSpec })).toBe(isAllowed(spec, algorithm, wrappingSpec));
  });
});

it("has every name of the API", () => {
  expect(WRAPPING_ALGORITHMS).toEqual([...new Set(WAYS_TO_WRAP.map(([algorithm]) => algorithm))]);
  expect(WRAPPING_KEY_SPECS).toEqual([...new Set(WAYS_TO_WRAP.map(([, wrappingSpec]) => wrappingSpec))]);
});

it("is for no name of a prototype", () => {
  expect(carries("RSA_2048", { algorithm: "constructor", spec: "RSA_2048" })).toBe(false);
  expect(carries("RSA_2048", { algorithm: "RSA_AES_KEY_WRAP_SHA_256", spec: "__proto__" })).toBe(false);
});
