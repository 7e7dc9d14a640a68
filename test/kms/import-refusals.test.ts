// Imports that are refused: by which error, in which order, and that nothing has changed.

import { describe, expect, it } from "vitest";
import { refusal, validation } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { at, DAY_MS, NEXT, randomBytes, until, withMaterial, withOwnClock, withoutMaterial } from "../support/imported.ts";
import { newKey } from "../support/new-key.ts";
import { FOR_EVER, parametersFor, wrap } from "../support/wrapped.ts";

withOwnClock();

type Members = Record<string, unknown>;

const bare = (code: string) => ({ status: 400, text: `{"__type":"${code}"}` });
const INCORRECT = bare("IncorrectKeyMaterialException");
const INVALID_TOKEN = bare("InvalidImportTokenException");
const UNOPENED = bare("InvalidCiphertextException");

describe("CreateKey with origin EXTERNAL", () => {
  it.each([
    ["ML_DSA_44", "SIGN_VERIFY"],
    ["ML_DSA_65", "SIGN_VERIFY"],
    ["ML_DSA_87", "SIGN_VERIFY"],
    ["ML_KEM_512", "ENCAPSULATE_DECAPSULATE"],
    ["ML_KEM_768", "ENCAPSULATE_DECAPSULATE"],
    ["ML_KEM_1024", "ENCAPSULATE_DECAPSULATE"],
    ["ECC_NIST_EDWARDS25519", "SIGN_VERIFY"],
  ])("is not for %s", async (KeySpec, KeyUsage) => {
    expect(await raw("CreateKey", { Origin: "EXTERNAL", KeySpec, KeyUsage })).toMatchObject(
      refusal("UnsupportedOperationException"),
    );
  });

  it("is not for a custom key store", async () => {
    const input = { Origin: "EXTERNAL", CustomKeyStoreId: "cks-1234567890abcdef0" };
    expect(await raw("CreateKey", input)).toMatchObject(refusal("UnsupportedOperationException"));
  });
});

describe("a token", () => {
  it("that is none, or another key's, or another account's", async () => {
    const one = await withoutMaterial();
    const other = { ...one, KeyId: await newKey(one.account, { Origin: "EXTERNAL" }) };
    const parameters = await parametersFor(other.account, other.KeyId);
    const { parameters: stranger } = await withoutMaterial();
    const bytes = Uint8Array.fromBase64(one.parameters.token);
    const tokens = ["AA==", parameters.token, stranger.token, bytes.with(20, (bytes[20] ?? 0) ^ 1).toBase64()];
    for (const token of [...tokens, bytes.slice(0, -1).toBase64()])
      expect(await one.send(randomBytes(), FOR_EVER, { ...one.parameters, token })).toMatchObject(INVALID_TOKEN);
    expect(await one.described()).toMatchObject({ KeyState: "PendingImport" });
  });

  it("that has ended is expired, whether or not its wrapping key is gone already", async () => {
    const { account, KeyId, send, parameters } = await withoutMaterial();
    const day = Date.now() + DAY_MS;
    for (let more = 0; more < 10; more++) {
      at(Date.now() + 1);
      await parametersFor(account, KeyId); // at last the first one's wrapping key is gone
    }
    expect(await send()).toMatchObject(INVALID_TOKEN);
    at(day);
    expect(await send(randomBytes(), FOR_EVER, parameters)).toMatchObject(bare("ExpiredImportTokenException"));
  });
});

describe("what was wrapped", () => {
  it("does not open: one answer, whatever is wrong with it", async () => {
    const { account, KeyId, parameters, described } = await withoutMaterial();
    const wrapped = await wrap(parameters.algorithm, parameters.publicKey, randomBytes());
    const otherHash = await wrap("RSAES_OAEP_SHA_1", parameters.publicKey, randomBytes());
    const changed = wrapped.with(100, (wrapped[100] ?? 0) ^ 1);
    for (const bytes of [changed, otherHash, wrapped.slice(1), new Uint8Array([...wrapped, 0]), new Uint8Array(1)]) {
      const input = { KeyId, ImportToken: parameters.token, EncryptedKeyMaterial: bytes.toBase64(), ...FOR_EVER };
      expect(await raw("ImportKeyMaterial", input, { account })).toMatchObject(UNOPENED);
    }
    expect(await described()).toMatchObject({ KeyState: "PendingImport" });
  });
});

describe("of symmetric keys", () => {
  it("the type of import has to fit what the key knows", async () => {
    const { send } = await withoutMaterial();
    const first = randomBytes();
    expect(await send(first, { ...FOR_EVER, ImportType: "EXISTING_KEY_MATERIAL" })).toMatchObject(INCORRECT);
    expect((await send(first)).status).toBe(200);
    expect(await send(first, { ...FOR_EVER, ...NEXT })).toMatchObject(INCORRECT);
    expect(await send(randomBytes(), FOR_EVER)).toMatchObject(INCORRECT);
  });

  it("the id has to be that of the material, and stands beside no new one", async () => {
    const { send } = await withoutMaterial();
    const first = randomBytes();
    const KeyMaterialId = "0".repeat(64);
    expect(await send(first, { ...FOR_EVER, KeyMaterialId })).toMatchObject(INCORRECT);
    const { json } = await send(first);
    expect(await send(first, { ...FOR_EVER, KeyMaterialId })).toMatchObject(INCORRECT);
    expect((await send(first, { ...FOR_EVER, KeyMaterialId: json["KeyMaterialId"] })).status).toBe(200);
    expect(await send(randomBytes(), { ...FOR_EVER, ...NEXT, KeyMaterialId })).toMatchObject(refusal("ValidationException"));
  });
});

describe("of other keys", () => {
  const hmac = { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" };

  it.each([
    { ImportType: "NEW_KEY_MATERIAL" },
    { ImportType: "EXISTING_KEY_MATERIAL" },
    { KeyMaterialDescription: "mine" },
    { KeyMaterialId: "0".repeat(64) },
  ])("%o is for symmetric keys alone", async (more) => {
    const { send } = await withoutMaterial(hmac);
    expect(await send(randomBytes(), { ...FOR_EVER, ...more })).toMatchObject(refusal("UnsupportedOperationException"));
  });

  it("an id to delete is for symmetric keys alone; without one the only material goes, and no id is answered", async () => {
    const { account, KeyId, send } = await withoutMaterial(hmac);
    const [material, other] = [randomBytes(), randomBytes()];
    await send(material);
    const call = (more: Members = {}) => raw("DeleteImportedKeyMaterial", { KeyId, ...more }, { account });
    expect(await call({ KeyMaterialId: "0".repeat(64) })).toMatchObject(refusal("UnsupportedOperationException"));
    expect(Object.keys((await call()).json)).toEqual(["KeyId"]);
    expect(await send(other)).toMatchObject(INCORRECT); // the material of a key that has one is for ever
    expect(await send(material)).toMatchObject({ status: 200 });
  });
});

describe("DeleteImportedKeyMaterial", () => {
  it("of a key that never had any changes nothing; of a key of our own it is refused", async () => {
    const { account, KeyId, described } = await withoutMaterial();
    const before = await described();
    const arn = `arn:aws:kms:us-east-1:${account}:key/${KeyId}`;
    expect((await raw("DeleteImportedKeyMaterial", { KeyId }, { account })).json).toEqual({ KeyId: arn });
    expect(await described()).toEqual(before);
    const ours = await newKey(account);
    expect(await raw("DeleteImportedKeyMaterial", { KeyId: ours }, { account })).toMatchObject(
      refusal("UnsupportedOperationException"),
    );
  });

  it("again, it succeeds and changes nothing", async () => {
    const { call, id, arn } = await withMaterial();
    await call("DeleteImportedKeyMaterial");
    const before = await call("DescribeKey");
    expect((await call("DeleteImportedKeyMaterial")).json).toEqual({ KeyId: arn, KeyMaterialId: id });
    expect((await call("DeleteImportedKeyMaterial", { KeyMaterialId: id })).status).toBe(200);
    expect((await call("DescribeKey")).json).toEqual(before.json);
  });
});

/** Each of these is wrong with a request in its turn: what comes first is told. */
describe("the order of ImportKeyMaterial's checks", () => {
  const WRONG: readonly (readonly [what: string, expected: object, right: Members])[] = [
    ["a shape", refusal("ValidationException"), { ExpirationModel: undefined }],
    ["when it ends", validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"), FOR_EVER],
    ["what names the material", refusal("ValidationException"), { KeyMaterialId: undefined }],
    ["the token", INVALID_TOKEN, { ImportToken: "right" }],
    ["the unwrapping", UNOPENED, { EncryptedKeyMaterial: "short" }],
    ["the material", INCORRECT, { EncryptedKeyMaterial: "known" }],
    ["what the key knows", INCORRECT, { ImportType: undefined }],
  ];

  it("is shape, end, names, token, unwrapping, material, what the key knows", async () => {
    const { account, KeyId, material } = await withMaterial();
    const { token, publicKey, algorithm } = await parametersFor(account, KeyId);
    const wrapped = async (bytes: Uint8Array<ArrayBuffer>) => (await wrap(algorithm, publicKey, bytes)).toBase64();
    const meant: Members = { right: token, short: await wrapped(randomBytes(31)), known: await wrapped(material) };
    let input: Members = {
      ...{ KeyId, ImportToken: "AAAA", EncryptedKeyMaterial: "AAAA", ExpirationModel: "NEVER" },
      ...{ ...NEXT, KeyMaterialId: "0".repeat(64) },
    };
    for (const [what, expected, right] of WRONG) {
      expect(await raw("ImportKeyMaterial", input, { account }), what).toMatchObject(expected);
      input = { ...input, ...right };
      for (const [member, value] of Object.entries(input)) input[member] = meant[String(value)] ?? value;
    }
    expect((await raw("ImportKeyMaterial", input, { account })).status).toBe(200);
  });

  it("begins with the key: its origin, then its state", async () => {
    const account = newAccount();
    const ours = await newKey(account);
    const input = { ImportToken: "AAAA", EncryptedKeyMaterial: "AAAA" };
    const missing = await raw("ImportKeyMaterial", { ...input, KeyId: crypto.randomUUID() }, { account });
    expect(missing).toMatchObject(refusal("NotFoundException"));
    await raw("ScheduleKeyDeletion", { KeyId: ours }, { account });
    const arn = (id: string) => `arn:aws:kms:us-east-1:${account}:key/${id}`;
    const origin = `${arn(ours)} origin is AWS_KMS which is not valid for this operation.`;
    expect(await raw("ImportKeyMaterial", { ...input, KeyId: ours }, { account })).toMatchObject(
      refusal("UnsupportedOperationException", origin),
    );
    const external = await newKey(account, { Origin: "EXTERNAL" });
    await raw("ScheduleKeyDeletion", { KeyId: external }, { account });
    expect(await raw("ImportKeyMaterial", { ...input, KeyId: external }, { account })).toMatchObject(
      refusal("KMSInvalidStateException", `${arn(external)} is pending deletion.`),
    );
  });
});

it("rates and the queue: one more than eight that wait for a wrapping key is throttled", async () => {
  const { account, KeyId } = await withoutMaterial();
  const input = { KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
  const answers = await Promise.all(Array.from({ length: 12 }, () => raw("GetParametersForImport", input, { account })));
  const throttled = answers.filter(({ json }) => json["__type"] === "ThrottlingException");
  expect(throttled.length).toBeGreaterThanOrEqual(1);
  expect(answers.filter(({ status }) => status === 200).length).toBe(12 - throttled.length);
});

it("until is a date: what is none is no request", async () => {
  const { send } = await withoutMaterial();
  for (const ValidTo of ["2026-01-01T00:00:00Z", true, 1e300])
    expect(await send(randomBytes(), { ValidTo })).toMatchObject(bare("SerializationException"));
  expect((await send(randomBytes(), until(Date.now() + 1500.7))).status).toBe(200);
});
