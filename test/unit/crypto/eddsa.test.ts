// Ed25519 and Ed25519ph by the vectors of RFC 8032 §7.1 and §7.3.

import { expect, it } from "vitest";
import { open, openPublic, sign, signPrehashed, verify, verifyPrehashed } from "../../../src/crypto/eddsa.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { type Bytes, concat, toHex, utf8 } from "../../../src/wire/bytes.ts";

const bytes = (hex: string): Bytes => Uint8Array.fromHex(hex);
const spkiOf = (hex: string): Bytes => concat(bytes("302a300506032b6570032100"), bytes(hex));

it("§7.1, test 2: a message of one byte", async () => {
  const key = await open(new Secret(bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")));
  const signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
  expect(toHex(await sign(key, bytes("72")))).toBe(signature);
  const spki = spkiOf("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  expect(await verify(await openPublic(spki), bytes("72"), bytes(signature))).toBe(true);
});

it("§7.3: “abc”, prehashed", async () => {
  const key = await open(new Secret(bytes("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")));
  const signature =
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";
  expect(toHex(signPrehashed(key, utf8("abc")))).toBe(signature);
  const spki = spkiOf("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");
  expect(verifyPrehashed(await openPublic(spki), utf8("abc"), bytes(signature))).toBe(true);
  expect(verifyPrehashed(await openPublic(spki), utf8("abd"), bytes(signature))).toBe(false);
});
