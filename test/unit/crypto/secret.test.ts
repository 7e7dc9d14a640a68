// How key bytes are held, and how the root keys come in: nothing of them ever gets out, neither by accident nor in an error.

import { describe, expect, it } from "vitest";
import { parseRootKeys, vouching } from "../../../src/crypto/root-keys.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { toBase64 } from "../../../src/wire/bytes.ts";

const bytesOf = (first: number, length = 32) => Uint8Array.from({ length }, (_, at) => (first + at) & 0xff);

describe("a Secret", () => {
  const secret = new Secret(Uint8Array.of(115, 51, 99));

  it("gives its bytes to whoever opens it", () => {
    expect(Secret.open(secret)).toEqual(Uint8Array.of(115, 51, 99));
  });

  it("stops JSON, however deep it lies", () => {
    for (const value of [secret, { secret }, [{ deep: [secret] }]])
      expect(() => JSON.stringify(value)).toThrow(new TypeError("a Secret was about to be serialized"));
  });

  it("leaves nothing in a structured clone, which is how RPC and storage copy", () => {
    expect(structuredClone({ secret })).toEqual({ secret: {} });
  });

  it("has no property that could be listed, spread or printed", () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
    expect(Object.assign({}, secret)).toEqual({});
    const listed: string[] = [];
    for (const name in secret) listed.push(name);
    expect(listed).toEqual([]);
    expect(`${secret}`).toBe("[object Object]");
  });
});

const K1 = toBase64(bytesOf(0x40));
const K2 = toBase64(bytesOf(0xa0));
const printed = (document: unknown): string => JSON.stringify(document);
const versions = (text: string): Record<number, Uint8Array> =>
  Object.fromEntries([...parseRootKeys(text).keys].map(([version, key]) => [version, Secret.open(key)]));

describe("root keys are read", () => {
  it("from their document", () => {
    const text = printed({ seal: 2, credentials: [2, 1], keys: { 1: K1, 2: K2 } });
    expect(parseRootKeys(text)).toMatchObject({ seal: 2, credentials: [2, 1] });
    expect(versions(text)).toEqual({ 1: bytesOf(0x40), 2: bytesOf(0xa0) });
  });

  it("from plain base64, as version 1 of everything", () => {
    expect(parseRootKeys(K1)).toMatchObject({ seal: 1, credentials: [1] });
    expect(versions(K1)).toEqual({ 1: bytesOf(0x40) });
  });

  it("with white space around, as a file or a secret's prompt leaves it", () => {
    expect(versions(`\n ${K1}\r\n`)).toEqual({ 1: bytesOf(0x40) });
    expect(versions(`\n${printed({ seal: 1, credentials: [1], keys: { 1: K1 } })}\n`)).toEqual({ 1: bytesOf(0x40) });
  });

  it("in every version from 1 to 127, and with members that this version does not know", () => {
    const text = printed({ seal: 127, credentials: [1], keys: { 1: K1, 127: K2 }, comment: "made offline" });
    expect(versions(text)).toEqual({ 1: bytesOf(0x40), 127: bytesOf(0xa0) });
  });

  it("and cannot be printed", () => {
    expect(() => JSON.stringify([...parseRootKeys(K1).keys])).toThrow(TypeError);
  });
});

describe("damaged root keys are refused in one line that repeats nothing of them:", () => {
  const good = { seal: 1, credentials: [1], keys: { 1: K1 } };

  it.each<[string, string]>([
    ["nothing", ""],
    ["white space", " \n"],
    ["31 bytes", toBase64(bytesOf(0x40, 31))],
    ["33 bytes", toBase64(bytesOf(0x40, 33))],
    ["no padding", K1.replace("=", "")],
    ["base64url", `${K1.slice(0, -2)}_=`],
    ["a line end within", `${K1.slice(0, 20)}\n${K1.slice(20)}`],
    ["two keys", `${K1} ${K2}`],
    ["hexadecimal", "ab".repeat(32)],
    ["quotes", `"${K1}"`],
    ["half a document", printed(good).slice(0, -4)],
    ["something behind the document", `${printed(good)} ${K2}`],
    ["no keys", printed({ seal: 1, credentials: [1] })],
    ["null as keys", printed({ ...good, keys: null })],
    ["a text as keys", printed({ ...good, keys: K1 })],
    ["a list of keys", printed({ ...good, keys: [K1, K2] })],
    ["no key", printed({ ...good, keys: {} })],
    ["a short key", printed({ ...good, keys: { 1: toBase64(bytesOf(0x40, 16)) } })],
    ["a number as key", printed({ ...good, keys: { 1: 1 } })],
    ["null as key", printed({ ...good, keys: { 1: K1, 2: null } })],
    ["a key within a key", printed({ ...good, keys: { 1: { key: K1 } } })],
    ["version 0", printed({ ...good, keys: { 0: K1, 1: K1 } })],
    ["version 128", printed({ ...good, keys: { 1: K1, 128: K2 } })],
    ["version 01", printed({ ...good, keys: { "01": K1, 1: K1 } })],
    ["version -1", printed({ ...good, keys: { "-1": K1, 1: K1 } })],
    ["version 1.0", printed({ ...good, keys: { "1.0": K1, 1: K1 } })],
    ["a key in the place of a version", printed({ ...good, keys: { 1: K1, [K2]: K2 } })],
    ["__proto__ as version", `{"seal":1,"credentials":[1],"keys":{"1":"${K1}","__proto__":"${K2}"}}`],
    ["no seal", printed({ ...good, seal: undefined })],
    ["a seal that is not there", printed({ ...good, seal: 2 })],
    ["a text as seal", printed({ ...good, seal: "1" })],
    ["a key as seal", printed({ ...good, seal: K1 })],
    ["no credentials", printed({ ...good, credentials: undefined })],
    ["a number as credentials", printed({ ...good, credentials: 1 })],
    ["a version among the credentials that is not there", printed({ ...good, credentials: [1, 2] })],
    ["a text among the credentials", printed({ ...good, credentials: ["1"] })],
    ["a key among the credentials", printed({ ...good, credentials: [K1] })],
  ])("%s", (_, text) => {
    let message = "";
    try {
      parseRootKeys(text);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      message = cause.message;
    }
    expect(message).toMatch(/^[^\r\n]{10,100}$/);
    for (const key of [K1, K2]) for (let at = 0; at + 5 <= key.length; at++) expect(message).not.toContain(key.slice(at, at + 5));
  });
});

it("a version vouches for callers that seals, or whose credentials are accepted; one that only opens does not", () => {
  const rootKeys = parseRootKeys(printed({ seal: 2, credentials: [3], keys: { 1: K1, 2: K2, 3: K1 } }));
  expect([1, 2, 3, 4].map((version) => vouching(rootKeys, version))).toEqual([false, true, true, false]);
});
