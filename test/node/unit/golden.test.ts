// The golden vectors computed a second time, from docs/formats.md and with node:crypto alone: nothing of src/ is imported here, so a
// mistake in the code and in its own tests cannot hide.

import assert from "node:assert/strict";
import { createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OLDER_ROOT_KEYS, TEST_ROOT_KEYS } from "../../support/root-keys.ts";

const golden = JSON.parse(readFileSync(new URL("../../vectors/golden.json", import.meta.url), "utf8")) as Record<string, object>;

/** The entries of a kind, by name. */
function entries<T>(kind: string): [string, T][] {
  const found = Object.entries(golden).filter(([, entry]) => "kind" in entry && entry.kind === kind);
  assert(found.length > 0, `no golden ${kind}`);
  return found as [string, T][];
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const framed = (...parts: (string | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)).flatMap((part) => [u32(part.length), part]));

const { keys } = JSON.parse(TEST_ROOT_KEYS) as { keys: Record<string, string> };
assert.deepEqual((JSON.parse(OLDER_ROOT_KEYS) as { keys: object }).keys, keys);

function derived(version: number, purpose: string, parts: readonly string[], length = 32): Buffer {
  const info = Buffer.concat([Buffer.from("edgekeep/v1"), framed(purpose, ...parts)]);
  return Buffer.from(hkdfSync("sha256", Buffer.from(keys[version] ?? "", "base64"), "", info, length));
}

const hmac = (key: Buffer, message: string | Buffer): Buffer => createHmac("sha256", key).update(message).digest();

function opened(key: Buffer, iv: Buffer, sealed: Buffer, associated: Buffer): Buffer {
  const cipher = createDecipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(associated);
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}

/** 0x01 ‖ root key version ‖ IV (12) ‖ ciphertext ‖ tag (16). */
function openedBox(box: Buffer, purpose: string, parts: readonly string[], associated: (version: Buffer) => Buffer): Buffer {
  expect(box[0]).toBe(1);
  const version = box.subarray(1, 2);
  return opened(derived(version[0] ?? 0, purpose, parts), box.subarray(2, 14), box.subarray(14), associated(version));
}

it("every kind of golden entry is there", () => {
  const kinds = new Map<unknown, number>();
  for (const entry of Object.values(golden) as { kind?: unknown }[]) kinds.set(entry.kind, (kinds.get(entry.kind) ?? 0) + 1);
  expect(Object.fromEntries(kinds)).toEqual({
    derivation: 16,
    "access key": 24,
    sealed: 42,
    "wrapping key": 2,
    "import token": 2,
    "grant token": 2,
    marker: 2,
    passport: 8,
    ciphertext: 8,
    "check value": 2,
    chain: 1,
    "outbox row": 1,
    usages: 1,
  });
});

describe("derivation", () => {
  it.each(entries<{ version: number; purpose: string; parts: string[]; secret: string }>("derivation"))("%s", (_, entry) => {
    expect(derived(entry.version, entry.purpose, entry.parts).toString("hex")).toBe(entry.secret);
  });
});

describe("access keys", () => {
  const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  type AccessKey = { version: number; account: string; serial: number; accessKeyId: string; secretAccessKey: string };

  it.each(entries<AccessKey>("access key"))("%s", (_, { version, account, serial, accessKeyId, secretAccessKey }) => {
    // 1 ‖ account (40) ‖ root key version (7) ‖ serial (20) ‖ check (12)
    const field = (value: number, bits: number): string => value.toString(2).padStart(bits, "0");
    const fields = `1${field(Number(account), 40)}${field(version, 7)}${field(serial, 20)}`;
    const checked = Buffer.from((fields + "0".repeat(12)).match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
    const check = hmac(derived(version, "access-key-check", []), checked).readUInt16BE() >> 4;
    const characters = (fields + field(check, 12)).match(/.{5}/g)?.map((five) => BASE32[Number.parseInt(five, 2)]);
    expect(`AKIA${characters?.join("")}`).toBe(accessKeyId);
    expect(derived(version, "access-key", [accessKeyId], 30).toString("base64")).toBe(secretAccessKey);
  });
});

describe("check values", () => {
  it.each(entries<{ version: number; rows: Record<string, string> }>("check value"))("%s", (_, { version, rows }) => {
    const value = hmac(derived(version, "check", []), "edgekeep root key").toString("hex");
    expect(rows).toEqual({ [`check:${version}`]: value });
  });
});

interface Sealed {
  readonly version: number;
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly spec: string;
  readonly usage: string;
  readonly purpose: string;
  readonly materialId: string;
  readonly plain: string;
  readonly box: string;
}

describe("sealed rows", () => {
  it.each(entries<Sealed>("sealed"))("%s", (_, row) => {
    const { account, region, keyId, materialId, spec, usage, purpose, plain } = row;
    const box = Buffer.from(row.box, "hex");
    const fields = [account, region, keyId, materialId, spec, usage, purpose];
    expect(box[1]).toBe(row.version);
    expect(openedBox(box, "material", [account, region], (version) => framed(...fields, version)).toString("hex")).toBe(plain);
  });

  it("have the material's HMAC under the salt for their id", () => {
    const rows = entries<Sealed>("sealed").map(([, row]) => row);
    const materials = rows.filter(({ purpose }) => purpose === "material");
    expect(materials).toHaveLength(16);
    for (const { version, keyId, plain, materialId } of materials) {
      const salt = rows.find((row) => row.purpose === "salt" && row.keyId === keyId && row.version === version);
      expect(salt?.plain).toHaveLength(64);
      const spki = rows.find((row) => row.purpose === "public" && row.keyId === keyId && row.version === version)?.plain;
      expect(hmac(Buffer.from(salt?.plain ?? "", "hex"), Buffer.from(spki ?? plain, "hex")).toString("hex")).toBe(materialId);
    }
  });
});

describe("imports", () => {
  type Place = { version: number; account: string; region: string; box: string };
  type WrappingKey = Place & { id: string; keyId: string; algorithm: string; spec: string; plain: string };

  it.each(entries<WrappingKey>("wrapping key"))("%s", (_, { version, account, region, ...row }) => {
    const box = Buffer.from(row.box, "hex");
    const fields = [account, region, row.keyId, row.id, row.algorithm, row.spec];
    expect(box[1]).toBe(version);
    const opened = openedBox(box, "wrapping-key", [account, region], (sealing) => framed(...fields, sealing));
    expect(opened.toString("hex")).toBe(row.plain);
  });

  type Token = { keyId: string; wrappingKeyId: string; algorithm: string; wrappingSpec: string; endsAt: number };

  it.each(entries<Place & { token: Token }>("import token"))("%s", (_, { version, account, region, box, token }) => {
    const bytes = Buffer.from(box, "hex");
    const end = Buffer.alloc(8);
    end.writeBigUInt64BE(BigInt(token.endsAt));
    const { keyId, wrappingKeyId, algorithm, wrappingSpec } = token;
    expect(bytes[1]).toBe(version);
    const opened = openedBox(bytes, "import-token", [account, region], (sealing) => framed(sealing));
    expect(opened).toEqual(framed(keyId, Buffer.from(wrappingKeyId, "hex"), algorithm, wrappingSpec, end));
  });
});

describe("grant tokens", () => {
  type Token = { account: string; region: string; keyId: string; grantId: string; random: string; text: string };
  it.each(entries<Token>("grant token"))("%s", (_, { account, region, keyId, grantId, random, text }) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(account));
    const hex = [keyId.replace("mrk-", "").replaceAll("-", ""), grantId, random].join("");
    const head = Buffer.from([1, keyId.startsWith("mrk-") ? 1 : 0]);
    expect(Buffer.concat([head, number.subarray(3), Buffer.from(hex, "hex"), Buffer.from(region)]).toString("base64")).toBe(text);
  });
});

describe("markers", () => {
  type Marker = { version: number; account: string; region: string; operation: string; position: string; text: string };

  it.each(entries<Marker>("marker"))("%s", (_, { version, account, region, operation, position, text }) => {
    const box = Buffer.from(text, "base64url");
    expect(box.toString("base64url")).toBe(text);
    expect(box[1]).toBe(version);
    expect(openedBox(box, "marker", [account, region], (sealing) => framed(operation, sealing)).toString()).toBe(position);
  });
});

describe("passports", () => {
  it.each(entries<{ version: number; claims: object; text: string }>("passport"))("%s", (_, { version, claims, text }) => {
    const [format, sealing, body = "", mac, ...rest] = text.split(".");
    expect([format, sealing, rest]).toEqual(["1", String(version), []]);
    expect(JSON.parse(Buffer.from(body, "base64url").toString())).toEqual(claims);
    expect(hmac(derived(version, "passport", []), `1.${version}.${body}`).toString("base64url")).toBe(mac);
  });
});

describe("ciphertexts", () => {
  type Blob = {
    account: string;
    keyId: string;
    materialId: string;
    material: string;
    context: Record<string, string>;
    plaintext: string;
    blob: string;
  };

  function canonical(context: Record<string, string>): Buffer {
    const pairs = Object.entries(context).map((pair) => pair.map((text) => Buffer.from(text)) as [Buffer, Buffer]);
    pairs.sort(([left], [right]) => Buffer.compare(left, right));
    return Buffer.concat([u32(pairs.length), framed(...pairs.flat())]);
  }

  it.each(entries<Blob>("ciphertext"))("%s", (_, { account, keyId, materialId, material, context, plaintext, blob }) => {
    const bytes = Buffer.from(blob, "hex");
    const header = bytes.subarray(0, 87);
    const id = keyId.replace("mrk-", "").replaceAll("-", "");
    expect(header.subarray(0, 39).toString("hex")).toBe(
      `01${keyId.startsWith("mrk-") ? "01" : "00"}${Number(account).toString(16).padStart(10, "0")}${id}${materialId.slice(0, 32)}`,
    );
    const nonce = header.subarray(39, 55);
    const derived = Buffer.from(hkdfSync("sha256", Buffer.from(material, "hex"), nonce, "edgekeep/v1/message", 76));
    expect(header.subarray(55).equals(derived.subarray(44))).toBe(true);
    const associated = Buffer.concat([header, canonical(context)]);
    expect(opened(derived.subarray(0, 32), derived.subarray(32, 44), bytes.subarray(87), associated).toString()).toBe(plaintext);
  });
});

describe("the chain", () => {
  type Chain = {
    store: string;
    incarnation: string;
    records: string[];
    hashes: string[];
    far: { sequence: number; record: string };
    farHash: string;
  };

  function linked(before: Buffer, { store, incarnation }: Chain, sequence: number, record: string): Buffer {
    const u64 = Buffer.alloc(8);
    u64.writeBigUInt64BE(BigInt(sequence));
    return createHash("sha256").update(before).update(framed(store, incarnation)).update(u64).update(record).digest();
  }

  it.each(entries<Chain>("chain"))("%s", (_, chain) => {
    let head: Buffer = Buffer.alloc(32);
    const hashes = chain.records.map((record, sequence) => {
      head = linked(head, chain, sequence, record);
      return head.toString("hex");
    });
    expect(hashes).toEqual(chain.hashes);
    expect(linked(head, chain, chain.far.sequence, chain.far.record).toString("hex")).toBe(chain.farHash);
  });

  type Row = {
    links: { sequence: number; record: string; hash: string; time: number }[];
    first: number;
    last: number;
    records: string;
  };

  it.each(entries<Row>("outbox row"))("%s", (_, { links, first, last, records }) => {
    expect(JSON.parse(records)).toEqual(links.map(({ sequence, record, hash, time }) => [sequence, record, hash, time]));
    expect([first, last]).toEqual([links[0]?.sequence, links.at(-1)?.sequence]);
  });

  type Used = { keyId: string; operation: string; at: number; eventId: string; requestId: string };

  it.each(entries<{ used: Used[]; printed: string }>("usages"))("%s of a row: the last of each key", (_, { used, printed }) => {
    const last = used.filter(({ keyId }, at) => used.findLastIndex((other) => other.keyId === keyId) === at);
    const expected = last.map(({ keyId, operation, at, eventId, requestId }) => [keyId, operation, at, eventId, requestId]);
    expect((JSON.parse(printed) as unknown[]).toSorted()).toEqual(expected.toSorted());
  });
});
