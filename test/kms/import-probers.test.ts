// No oracle in ImportKeyMaterial: whatever does not open is refused with one answer, after the same time, wherever it stopped.
//
// Times are taken of the unwrapping itself, with wrapping keys that the API has given out: around it, signatures and storage make more noise
// than there is to see. Each kind is asked 2,000 times; under RSA_4096, and through HTTP, fewer times.

import { describe, expect, it } from "vitest";
import { Secret } from "../../src/crypto/secret.ts";
import { unwrap } from "../../src/keyring/wrapping.ts";
import { WrappingKeys } from "../../src/keyring/wrapping-keys.ts";
import { newAccount, REGION, responseTo, testRootKeys } from "../support/client.ts";
import { type Durations, durations, type Ready, spread } from "../support/durations.ts";
import { random } from "../support/keyrings.ts";
import { newKey } from "../support/new-key.ts";
import { oddities, probersOfKeyWrap, probersOfOaep, type Query } from "../support/probers.ts";
import { inStore } from "../support/store.ts";
import { FOR_EVER, parametersFor } from "../support/wrapped.ts";

/** By how much the medians of the kinds may differ. */
const DIFFERENCE_MAX = 0.05;
const isLittle = (all: Durations): boolean => spread(all) < DIFFERENCE_MAX;
/** The shortest material that takes a whole AES key wrap, and an RSA_2048 key's PKCS#8. */
const [SHORT_BYTES, LONG_BYTES] = [16, 1218];

/** Parameters for a key without material, and the wrapping key itself, as its store keeps it. */
async function attacked(algorithm: string, spec = "RSA_2048") {
  const account = newAccount();
  const pair = algorithm.startsWith("RSA_AES") ? { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" } : {};
  const KeyId = await newKey(account, { Origin: "EXTERNAL", ...pair });
  const parameters = await parametersFor(account, KeyId, algorithm, spec);
  const hash = algorithm.endsWith("SHA_1") ? "SHA-1" : "SHA-256";
  const wrappingKey = await inStore(account, ({ tables }) => {
    const [id = ""] = tables.wrappingKeys.idsOf(KeyId);
    const row = tables.wrappingKeys.find(id);
    const ports = { account, region: REGION, rootKeys: testRootKeys, random, requireRootKey: async () => {} };
    if (row === undefined) throw new Error("no wrapping key");
    return new WrappingKeys({ ...ports, turn: (work) => work() }).open(row);
  });
  const unwrapped = (wrapped: Uint8Array<ArrayBuffer>) => unwrap({ algorithm, spec }, wrappingKey, wrapped, random);
  return { account, KeyId, parameters, hash, unwrapped };
}

type Attacked = Awaited<ReturnType<typeof attacked>>;

interface Size {
  /** How many there are of each kind. */
  readonly queries: number;
  /** How many are measured as one: of short ones two, so that the clock's steps weigh less. */
  readonly together: number;
}

/** Queries of a kind. None may open. */
function probing({ unwrapped }: Attacked, query: Query, together: number): Ready {
  return async () => {
    const queries = await Promise.all(Array.from({ length: together }, query));
    return () => {
      for (const each of queries) if (unwrapped(each) !== undefined) throw new Error("a query has opened");
    };
  };
}

const probingEach = (target: Attacked, queries: Readonly<Record<string, Query>>, together: number) =>
  Object.fromEntries(Object.entries(queries).map(([kind, query]) => [kind, probing(target, query, together)]));

async function expectNoDifference(target: Attacked, queries: Readonly<Record<string, Query>>, size: Size): Promise<void> {
  const measured = await durations(probingEach(target, queries, size.together), size.queries / size.together, isLittle);
  expect(spread(measured), JSON.stringify(measured, null, 2)).toBeLessThan(DIFFERENCE_MAX);
}

describe("takes the same time for each kind", { timeout: 240_000 }, () => {
  it("by OAEP", async () => {
    const target = await attacked("RSAES_OAEP_SHA_256");
    const queries = await probersOfOaep(target.parameters.publicKey, target.hash);
    await expectNoDifference(target, queries, { queries: 2000, together: 2 });
  });

  it.each([
    ["short", SHORT_BYTES],
    ["long", LONG_BYTES],
  ])("by an AES key, of something %s", async (_, plainBytes) => {
    const target = await attacked("RSA_AES_KEY_WRAP_SHA_256");
    const queries = await probersOfKeyWrap(target.parameters.publicKey, target.hash, plainBytes);
    await expectNoDifference(target, queries, { queries: 1000, together: 2 });
  });

  it("under RSA_4096", async () => {
    const target = await attacked("RSA_AES_KEY_WRAP_SHA_256", "RSA_4096");
    const queries = await probersOfKeyWrap(target.parameters.publicKey, target.hash, LONG_BYTES);
    await expectNoDifference(target, queries, { queries: 200, together: 1 });
  });

  it("and a difference would be seen: a kind that does a tenth more", async () => {
    const target = await attacked("RSAES_OAEP_SHA_256");
    const { publicKey } = target.parameters;
    const queries = await probersOfOaep(publicKey, target.hash);
    const { "the modulus": refusedAtOnce = random(256) } = await oddities(publicKey, target.hash);
    const slower: Ready = async () => {
      const work = await probing(target, queries["anything below the modulus"] ?? expect.unreachable, 2)();
      return () => {
        work();
        target.unwrapped(refusedAtOnce);
      };
    };
    const measured = await durations({ ...probingEach(target, queries, 2), slower }, 250, (all) => !isLittle(all));
    expect(spread(measured), JSON.stringify(measured, null, 2)).toBeGreaterThan(DIFFERENCE_MAX);
  });
});

describe.each(["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"])(
  "by %s",
  (algorithm) => {
    const isOaep = algorithm.startsWith("RSAES");
    const QUERIES_A_KIND = 20;

    it("whatever does not open has one answer, byte for byte", { timeout: 120_000 }, async () => {
      const { account, KeyId, parameters, hash } = await attacked(algorithm);
      const { publicKey, token: ImportToken } = parameters;
      const answered = async (wrapped: Uint8Array) => {
        const input = {
          KeyId,
          ImportToken,
          ...FOR_EVER,
          EncryptedKeyMaterial: wrapped.toBase64(),
        };
        const response = await responseTo("ImportKeyMaterial", input, { account });
        const headers = [...response.headers].filter(([name]) => name !== "x-amzn-requestid");
        return JSON.stringify({ status: response.status, headers, text: new TextDecoder().decode(await response.arrayBuffer()) });
      };
      const queries = isOaep ? await probersOfOaep(publicKey, hash) : await probersOfKeyWrap(publicKey, hash, SHORT_BYTES);
      const answers = new Set<string>();
      for (const query of Object.values(queries))
        for (let count = 0; count < QUERIES_A_KIND; count++) answers.add(await answered(await query()));
      const tail = random(isOaep ? 0 : 24);
      for (const odd of Object.values(await oddities(publicKey, hash)))
        answers.add(await answered(new Uint8Array([...odd, ...tail])));
      for (const length of isOaep ? [1, 255, 257, 6144] : [1, 255, 256, 264, 271, 273, 6143])
        answers.add(await answered(random(length)));
      expect([...answers].map((answer) => JSON.parse(answer))).toEqual([
        {
          status: 400,
          headers: expect.arrayContaining([["content-type", "application/x-amz-json-1.1"]]),
          text: '{"__type":"InvalidCiphertextException"}',
        },
      ]);
    });

    it("an impossible length is refused without RSA: the wrapping key is not even read", () => {
      const noKey = new Secret(new Uint8Array());
      const asked = (length: number) => unwrap({ algorithm, spec: "RSA_2048" }, noKey, random(length), random);
      const possible = isOaep ? [256] : [272, 280, 1480, 6144];
      for (const length of possible) expect(() => asked(length)).toThrow();
      const impossible = [...Array(1600).keys(), 6136, 6144, 6145].filter((length) => !possible.includes(length));
      const others = isOaep ? impossible : impossible.filter((length) => length < 272 || length % 8 !== 0);
      for (const length of others) expect(asked(length)).toBeUndefined();
    });
  },
);
