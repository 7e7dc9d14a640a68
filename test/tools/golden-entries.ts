// Everything that outlives a process, made by the code as it is now from fixed root keys and fixed "random" bytes. docs/formats.md
// says what each is; test/vectors/golden.json holds what these functions gave when the format was new.

import { Chain, FIRST_PREDECESSOR } from "../../src/audit/chain.ts";
import { accessKey } from "../../src/auth/credentials.ts";
import { derive, type Purpose } from "../../src/crypto/derive.ts";
import { macKey } from "../../src/crypto/mac.ts";
import { parseRootKeys, type RootKeys } from "../../src/crypto/root-keys.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { noAttachments, outbox } from "../../src/durable/outbox.ts";
import { markers } from "../../src/durable/page-markers.ts";
import { issue } from "../../src/durable/passport-office.ts";
import { rootKeyGuard } from "../../src/durable/root-key-guard.ts";
import { printGrantToken } from "../../src/keyring/grant-token.ts";
import { importTokens } from "../../src/keyring/import-token.ts";
import type { Key } from "../../src/keyring/key.ts";
import { Keyring } from "../../src/keyring/keyring.ts";
import { SealedKeys } from "../../src/keyring/sealed-keys.ts";
import { DEFAULT_CIPHER } from "../../src/keyring/specs.ts";
import { WrappingKeys } from "../../src/keyring/wrapping-keys.ts";
import { type LastUse, lastUses } from "../../src/kms/tables/last-uses.ts";
import { type Bytes, toHex, utf8 } from "../../src/wire/bytes.ts";
import { OLDER_ROOT_KEYS, TEST_ROOT_KEYS } from "../support/root-keys.ts";
import { fixedKeys } from "../vectors/fixed-keys.ts";

/** Texts and hexadecimal, so that any language can read them. */
export type Entry = Readonly<Record<string, unknown>>;
export type Entries = Readonly<Record<string, Entry>>;

const ACCOUNT = "123456789012";
const REGION = "eu-central-1";
const KEY_IDS = ["1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"];
const CONTEXTS = [{}, { purpose: "golden", "": "empty", Straße: "\u{10000}", "\uffff": "sorted by bytes" }];
const PLAINTEXT = "what is sealed today opens tomorrow";

/** The bytes of one endless sequence, a piece after another. */
function fixedRandom(): { readonly random: (length: number) => Bytes; readonly given: Bytes[] } {
  const given: Bytes[] = [];
  let at = 0;
  const random = (length: number): Bytes => {
    const bytes = Uint8Array.from({ length }, () => (at++ * 37 + 11) & 0xff);
    given.push(bytes.slice());
    return bytes;
  };
  return { random, given };
}

/** @returns every entry by its name. */
export async function goldenEntries(): Promise<Entries> {
  const entries: Record<string, Entry> = { chain: chained(), "outbox row": outboxRow(), usages: usagesOfRow(), ...grantTokens() };
  for (const [version, text] of [OLDER_ROOT_KEYS, TEST_ROOT_KEYS].map((text, at) => [at + 1, text] as const)) {
    const rootKeys = parseRootKeys(text);
    const parts = [derivations, accessKeys, checkValue, marker, passport, materials, otherKinds, imports];
    for (const part of parts)
      for (const [name, entry] of Object.entries(await part(rootKeys))) entries[`root key ${version}: ${name}`] = entry;
  }
  return entries;
}

/** Under no key: nothing is sealed. */
const grantTokens = (): Entries =>
  Object.fromEntries(
    KEY_IDS.map((keyId) => {
      const { random } = fixedRandom();
      const names = { account: ACCOUNT, region: REGION, keyId, grantId: toHex(random(32)) };
      const drawn = random(8);
      const entry = { kind: "grant token", ...names, random: toHex(drawn), text: printGrantToken(names, drawn) };
      return [`grant token of ${keyId}`, entry] as const;
    }),
  );

async function derivations(rootKeys: RootKeys): Promise<Entries> {
  const { accessKeyId } = await accessKey(rootKeys, ACCOUNT, 0);
  const parts: Readonly<Record<Purpose, readonly string[]>> = {
    "access-key": [accessKeyId],
    "access-key-check": [],
    material: [ACCOUNT, REGION],
    "wrapping-key": [ACCOUNT, REGION],
    "import-token": [ACCOUNT, REGION],
    marker: [ACCOUNT, REGION],
    passport: [],
    check: [],
  };
  const made = Object.entries(parts).map(async ([purpose, list]) => {
    const secret = toHex(Secret.open(await derive(rootKeys, rootKeys.seal, purpose as Purpose, ...list)));
    return [`derivation ${purpose}`, { kind: "derivation", version: rootKeys.seal, purpose, parts: list, secret }] as const;
  });
  return Object.fromEntries(await Promise.all(made));
}

async function accessKeys(rootKeys: RootKeys): Promise<Entries> {
  const accounts = ["000000000000", ACCOUNT, "999999999999"];
  const made = accounts.flatMap((account) =>
    [0, 1, 256, 0xfffff].map(async (serial) => {
      const made = await accessKey(rootKeys, account, serial);
      return [
        `access key ${account} ${serial}`,
        { kind: "access key", version: rootKeys.seal, account, serial, ...made },
      ] as const;
    }),
  );
  return Object.fromEntries(await Promise.all(made));
}

async function checkValue(rootKeys: RootKeys): Promise<Entries> {
  const rows = new Map<string, string>();
  const meta = { find: (name: string) => rows.get(name), put: (name: string, value: string) => void rows.set(name, value) };
  await rootKeyGuard(rootKeys, meta)(rootKeys.seal, "seal");
  return { "check value": { kind: "check value", version: rootKeys.seal, rows: Object.fromEntries(rows) } };
}

async function marker(rootKeys: RootKeys): Promise<Entries> {
  const { random } = fixedRandom();
  const [operation, position] = ["ListKeys", KEY_IDS[0] ?? ""];
  const text = await markers({ account: ACCOUNT, region: REGION, rootKeys, random })(operation).seal(position);
  return { marker: { kind: "marker", version: rootKeys.seal, account: ACCOUNT, region: REGION, operation, position, text } };
}

async function passport(rootKeys: RootKeys): Promise<Entries> {
  const { accessKeyId } = await accessKey(rootKeys, ACCOUNT, 0);
  const bearer = {
    object: `${ACCOUNT}/${REGION}`,
    kind: "root",
    account: ACCOUNT,
    principal: `arn:aws:iam::${ACCOUNT}:root`,
    accessKeyId,
  } as const;
  const store = { object: ACCOUNT, kind: "store", account: ACCOUNT, principal: `${ACCOUNT}/${REGION}`, accessKeyId: "" } as const;
  const bearers = {
    passport: bearer,
    "passport by way of a service": { ...bearer, viaService: `s3.${REGION}.amazonaws.com` },
    "passport of a store": store,
    "passport of an IdentityStore": { ...store, object: store.principal, kind: "identity", principal: ACCOUNT } as const,
  };
  const key = derive(rootKeys, rootKeys.seal, "passport").then(macKey);
  const expires = 1_798_761_600_000;
  const made = Object.entries(bearers).map(async ([name, each]) => {
    const text = await issue(rootKeys, each, expires, key);
    return [name, { kind: "passport", version: rootKeys.seal, claims: { ...each, expires }, text }] as const;
  });
  return Object.fromEntries(await Promise.all(made));
}

const NO_PAIRS = {
  publicKeys: { find: () => undefined },
  turn: <T>(work: () => Promise<T>) => work(),
  requireRootKey: async () => {},
};

/** The sealed rows of two keys, and what the two encrypted. */
async function materials(rootKeys: RootKeys): Promise<Entries> {
  const { random, given } = fixedRandom();
  const boxes = new Map<string, { id: string; box: Bytes }>();
  const ports = { account: ACCOUNT, region: REGION, rootKeys, random, ...NO_PAIRS };
  const keyring = new Keyring({ ...ports, materials: { find: (keyId) => boxes.get(keyId) } });
  const entries: Record<string, Entry> = {};
  for (const id of KEY_IDS) {
    const [material, salt] = [given.length, given.length + 1];
    const key = { id, spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT" } as const;
    const { materialId, box, saltBox } = await keyring.create(key);
    boxes.set(id, { id: materialId, box });
    const place = { version: rootKeys.seal, account: ACCOUNT, region: REGION, keyId: id, spec: key.spec, usage: key.usage };
    const [plain, plainSalt] = [toHex(given[material] ?? new Uint8Array()), toHex(given[salt] ?? new Uint8Array())];
    entries[`sealed material of ${id}`] = { kind: "sealed", ...place, purpose: "material", materialId, plain, box: toHex(box) };
    entries[`sealed salt of ${id}`] = {
      kind: "sealed",
      ...place,
      purpose: "salt",
      materialId: "",
      plain: plainSalt,
      box: toHex(saltBox),
    };
    for (const [at, context] of CONTEXTS.entries()) {
      const whole = { ...key, account: ACCOUNT, materialId } as Key;
      const { blob } = await keyring.encrypt(whole, DEFAULT_CIPHER, utf8(PLAINTEXT), new Map(Object.entries(context)));
      const name = `ciphertext of ${id}, ${at === 0 ? "without" : "with"} a context`;
      entries[name] = {
        kind: "ciphertext",
        account: ACCOUNT,
        keyId: id,
        materialId,
        material: plain,
        context,
        plaintext: PLAINTEXT,
        blob: toHex(blob),
      };
    }
  }
  return entries;
}

/** The sealed rows of a key of each other kind. */
async function otherKinds(rootKeys: RootKeys): Promise<Entries> {
  const entries: Record<string, Entry> = {};
  for (const [at, { spec, usage, material, publicKey }] of fixedKeys().entries()) {
    const { random, given } = fixedRandom();
    const keyId = `5678abcd-12ab-34cd-56ef-00000000000${at}`;
    const sealed = new SealedKeys({ account: ACCOUNT, region: REGION, rootKeys, random, requireRootKey: async () => {} });
    const made = await sealed.seal({ id: keyId, spec, usage }, { material: new Secret(material), publicKey });
    const place = { kind: "sealed", version: rootKeys.seal, account: ACCOUNT, region: REGION, keyId, spec, usage };
    const { materialId } = made;
    const [salt = new Uint8Array()] = given;
    const rows = {
      material: { materialId, plain: toHex(material), box: toHex(made.box) },
      salt: { materialId: "", plain: toHex(salt), box: toHex(made.saltBox) },
      ...(publicKey && { public: { materialId, plain: toHex(publicKey), box: toHex(made.publicBox ?? new Uint8Array()) } }),
    };
    for (const [purpose, row] of Object.entries(rows)) entries[`sealed ${purpose} of ${spec}`] = { ...place, purpose, ...row };
  }
  return entries;
}

/** A wrapping key's sealed row, and the token that was given out with it. */
async function imports(rootKeys: RootKeys): Promise<Entries> {
  const { random } = fixedRandom();
  const [keyId = ""] = KEY_IDS;
  const wrapping = { algorithm: "RSA_AES_KEY_WRAP_SHA_256", spec: "RSA_4096" };
  const [pair] = fixedKeys().filter(({ publicKey }) => publicKey !== undefined); // whatever is sealed, the box is made alike
  const made = { material: new Secret(pair?.material ?? new Uint8Array()), publicKey: pair?.publicKey };
  const turn = async () => made as never;
  const ports = { account: ACCOUNT, region: REGION, rootKeys, random, requireRootKey: async () => {}, turn };
  const { id, box } = await new WrappingKeys(ports).create(keyId, wrapping);
  const token = {
    keyId,
    wrappingKeyId: id,
    algorithm: wrapping.algorithm,
    wrappingSpec: wrapping.spec,
    endsAt: 1_798_761_600_000,
  };
  const place = { version: rootKeys.seal, account: ACCOUNT, region: REGION };
  const plain = toHex(Secret.open(made.material));
  return {
    "wrapping key": { kind: "wrapping key", ...place, id, keyId, ...wrapping, plain, box: toHex(box) },
    "import token": { kind: "import token", ...place, token, box: toHex(await importTokens(ports).seal(token)) },
  };
}

const RECORDS = ['{"eventName":"CreateKey"}', '{"eventName":"Encrypt","text":"\u{1f511} Straße"}', "{}"];

function chained(): Entry {
  const [store, incarnation] = [`${ACCOUNT}/${REGION}`, "0f8fad5b-d9cb-469f-a165-70867728950e"];
  const chain = new Chain(store, incarnation);
  let head = { next: 0, hash: FIRST_PREDECESSOR };
  const hashes = RECORDS.map((record) => {
    head = { next: head.next + 1, hash: chain.hash(head, record) };
    return head.hash;
  });
  // A sequence that needs more than four bytes, behind the same head.
  const far = { sequence: 2 ** 40 + 1, record: RECORDS[0] ?? "" };
  return {
    kind: "chain",
    store,
    incarnation,
    records: RECORDS,
    hashes,
    far,
    farHash: chain.hash({ ...head, next: far.sequence }, far.record),
  };
}

function outboxRow(): Entry {
  const hashes = chained()["hashes"] as string[];
  const links = RECORDS.map((record, sequence) => ({
    sequence,
    record,
    hash: hashes[sequence] ?? "",
    time: 1_798_761_600_000 + sequence,
  }));
  const written: unknown[][] = [];
  const exec = (...values: unknown[]) => {
    if (String(values[0]).startsWith("INSERT")) written.push(values);
    return { one: () => ({ last: null }) };
  };
  outbox({ exec } as unknown as SqlStorage, noAttachments).append("0f8fad5b-d9cb-469f-a165-70867728950e", links);
  const [, , incarnation, first, last, , records] = written[0] ?? [];
  return { kind: "outbox row", links, incarnation, first, last, records };
}

function usagesOfRow(): Entry {
  const [first, other, last] = ["Encrypt", "Decrypt", "ReEncrypt"].map(
    (operation, at): LastUse => ({
      keyId: at === 1 ? "7c9e6679-7425-40de-944b-e07fc1f90ae7" : "1234abcd-12ab-34cd-56ef-1234567890ab",
      operation,
      at: 1_798_761_600_000 + at,
      eventId: `0f8fad5b-d9cb-469f-a165-70867728950${at}`,
      requestId: `6ba7b810-9dad-41d1-80b4-00c04fd430c${at}`,
    }),
  );
  if (first === undefined || other === undefined || last === undefined) throw new Error("three were made");
  const used = [first, other, last];
  return { kind: "usages", used, printed: lastUses({} as SqlStorage).enter(used) };
}
