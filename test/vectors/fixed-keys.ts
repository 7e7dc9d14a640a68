// Keys that everybody knows, one of each kind of material: P-256 of RFC 6979 A.2.5, secp256k1's generator, Ed25519 of RFC 8032 §7.1 test 2,
// and seeds that count up.

import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import type { KeyUsage } from "../../src/keyring/key.ts";
import { type Bytes, concat, fromHex } from "../../src/wire/bytes.ts";

export interface FixedKey {
  readonly spec: string;
  readonly usage: KeyUsage;
  readonly material: Bytes;
  readonly publicKey?: Bytes;
}

const bytes = (...hex: readonly string[]): Bytes => fromHex(hex.join("")) ?? new Uint8Array();
const counting = (length: number): Bytes => Uint8Array.from({ length }, (_, at) => at);

const P256_SCALAR = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
const P256_POINT =
  "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const GENERATOR =
  "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

export const fixedKeys = (): readonly FixedKey[] => [
  { spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC", material: counting(32) },
  {
    spec: "ECC_NIST_P256",
    usage: "SIGN_VERIFY",
    material: bytes("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420", P256_SCALAR, "a144034200", P256_POINT),
    publicKey: bytes("3059301306072a8648ce3d020106082a8648ce3d030107034200", P256_POINT),
  },
  {
    spec: "ECC_SECG_P256K1",
    usage: "SIGN_VERIFY",
    material: bytes("01".padStart(64, "0")),
    publicKey: bytes("3056301006072a8648ce3d020106052b8104000a034200", GENERATOR),
  },
  {
    spec: "ECC_NIST_EDWARDS25519",
    usage: "SIGN_VERIFY",
    material: bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
    publicKey: bytes("302a300506032b6570032100", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
  },
  {
    spec: "ML_DSA_44",
    usage: "SIGN_VERIFY",
    material: counting(32),
    publicKey: concat(bytes("30820532300b06096086480165030403110382052100"), ml_dsa44.keygen(counting(32)).publicKey),
  },
  {
    spec: "ML_KEM_768",
    usage: "ENCAPSULATE_DECAPSULATE",
    material: counting(64),
    publicKey: concat(bytes("308204b2300b0609608648016503040402038204a100"), ml_kem768.keygen(counting(64)).publicKey),
  },
];
