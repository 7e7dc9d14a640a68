// AES key wrap with padding: RFC 5649's examples, and Wycheproof's, the must-fail ones included.

import kwp from "wycheproof:aes_kwp";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../../src/crypto/key-wrap.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { toHex } from "../../../src/wire/bytes.ts";
import { hex as bytes } from "../../support/der.ts";
import { hex, vectors } from "../../support/wycheproof.ts";

const opened = (secret: Secret | undefined): string | undefined => secret && toHex(Secret.open(secret));

describe("RFC 5649 §6", () => {
  const key = new Secret(bytes("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));

  it.each([
    ["20 octets", "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a", "c37b7e6492584340bed12207808941155068f738"],
    ["7 octets", "afbeb0f07dfbf5419200f2ccb50bb24f", "466f7250617369"],
  ])("%s", (_, wrapped, plain) => {
    expect(opened(unwrap(key, bytes(wrapped)))).toBe(plain);
  });
});

vectors(
  "Wycheproof, AES-KWP",
  kwp,
  () => undefined,
  async (_, vector) => {
    const given = opened(unwrap(new Secret(hex(vector, "key")), hex(vector, "ct")));
    expect(given).toBe(vector.result === "valid" ? vector["msg"] : undefined);
  },
);
