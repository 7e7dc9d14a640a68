// Which key may come wrapped how: every spec, wrapping algorithm and wrapping key's spec. Source: KMS developer guide, "Select a wrapping
// algorithm".

import { describe, expect, it } from "vitest";
import { carries, WRAPPING_ALGORITHMS, WRAPPING_KEY_SPECS } from "../../../src/keyring/wrapping.ts";
import { KEY_TYPES } from "../../vectors/key-types.ts";

const OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const AES = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
const RSA = ["RSA_2048", "RSA_3072", "RSA_4096"];

/** AWS's table. */
function isAllowed(spec: string, algorithm: string, wrappingSpec: string): boolean {
  if (!RSA.includes(wrappingSpec) || /^ML_|25519$/.test(spec)) return false;
  if (OAEP.includes(algorithm)) return !spec.startsWith("RSA") && !(spec === "ECC_NIST_P521" && wrappingSpec === "RSA_2048");
  return AES.includes(algorithm) && /^(RSA|ECC)/.test(spec);
}

describe.each([...Object.keys(KEY_TYPES), "SM2"])("a key of %s", (spec) => {
  it.each(WRAPPING_ALGORITHMS.flatMap((algorithm) => WRAPPING_KEY_SPECS.map((wrapping) => [algorithm, wrapping] as const)))(
    "by %s under %s",
    (algorithm, wrappingSpec) => {
      expect(carries(spec, { algorithm, spec: wrappingSpec })).toBe(spec !== "SM2" && isAllowed(spec, algorithm, wrappingSpec));
    },
  );
});

it("is for no name of a prototype", () => {
  expect(carries("RSA_2048", { algorithm: "constructor", spec: "RSA_2048" })).toBe(false);
  expect(carries("RSA_2048", { algorithm: "RSA_AES_KEY_WRAP_SHA_256", spec: "__proto__" })).toBe(false);
});
