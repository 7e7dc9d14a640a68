// What is recorded of imports, and what is kept nowhere: neither token nor wrapped bytes, material or wrapping key.

import { afterEach, expect, it, vi } from "vitest";
import { caught, everything, writings } from "../support/canaries.ts";
import { newAccount, raw } from "../support/client.ts";
import { at, LOOK_MS, NEXT, randomBytes, until, withMaterial, withOwnClock } from "../support/imported.ts";
import { newKey } from "../support/new-key.ts";
import { newRecordedStore } from "../support/recorded.ts";
import { eventOf, eventsOf } from "../support/records.ts";
import { inStore, logOf } from "../support/store.ts";
import { FOR_EVER, importInto, parametersFor, wrap } from "../support/wrapped.ts";

withOwnClock();
afterEach(() => vi.restoreAllMocks());

it("ImportKeyMaterial and DeleteImportedKeyMaterial: what was said of the material, and its id; writes", async () => {
  const key = await withMaterial(10);
  const description = "from the HSM";
  const sent = await key.send(key.material, { ...until(key.end), KeyMaterialDescription: description, KeyMaterialId: key.id });
  const deleted = await key.call("DeleteImportedKeyMaterial");
  const resources = [{ accountId: key.account, type: "AWS::KMS::Key", ARN: key.arn }];
  const event = await eventOf(key.account, sent.requestId);
  expect(event).toMatchObject({ eventName: "ImportKeyMaterial", readOnly: false, resources });
  expect(event["responseElements"]).toEqual({ keyId: key.arn, keyMaterialId: key.id });
  expect(event["requestParameters"]).toEqual({
    keyId: key.KeyId,
    validTo: expect.stringMatching(/^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M$/),
    expirationModel: "KEY_MATERIAL_EXPIRES",
    keyMaterialDescription: description,
    keyMaterialId: key.id,
  });
  const removal = await eventOf(key.account, deleted.requestId);
  expect(removal).toMatchObject({ eventName: "DeleteImportedKeyMaterial", readOnly: false, resources });
  expect(removal["requestParameters"]).toEqual({ keyId: key.KeyId });
  expect(removal["responseElements"]).toEqual({ keyId: key.arn, keyMaterialId: key.id });
});

it("DeleteExpiredKeyMaterial: an event of the service's own", async () => {
  const key = await withMaterial(10);
  at(key.end);
  await key.ring();
  at(key.end + LOOK_MS);
  await key.ring();
  const event = (await eventsOf(key.account)).find(({ eventName }) => eventName === "DeleteExpiredKeyMaterial");
  expect(event).toMatchObject({
    eventType: "AwsServiceEvent",
    userIdentity: { accountId: key.account, invokedBy: "AWS Internal" },
    resources: [{ accountId: key.account, type: "AWS::KMS::Key", ARN: key.arn }],
    requestParameters: null,
    responseElements: null,
    serviceEventDetails: { keyId: key.KeyId },
  });
  expect(event).not.toHaveProperty("requestID");
});

it("CreateKey with origin EXTERNAL: no material, no end", async () => {
  const { recorded } = await newRecordedStore();
  const { event } = await recorded("CreateKey", { Origin: "EXTERNAL" });
  const { keyMetadata } = event["responseElements"] as { keyMetadata: Record<string, unknown> };
  expect(keyMetadata).toMatchObject({ origin: "EXTERNAL", keyState: "PendingImport", enabled: false });
  for (const name of ["currentKeyMaterialId", "expirationModel", "validTo"]) expect(keyMetadata).not.toHaveProperty(name);
});

it("nothing private is kept in the open, recorded, logged or answered, whether an import is taken or refused", async () => {
  const account = newAccount();
  const KeyId = await newKey(account, { Origin: "EXTERNAL" });
  const lines = await logOf(account);
  const drawn = caught();
  const parameters = await parametersFor(account, KeyId);
  vi.restoreAllMocks();
  const id = await inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT id FROM wrapping_key").one()["id"]);
  const canaries = drawn.filter((bytes) => bytes.toHex() !== id); // which is drawn too, and no secret
  expect(canaries.length).toBeGreaterThan(10); // pieces of the wrapping key
  const materials = [randomBytes(), randomBytes(), randomBytes(31)];
  const token = Uint8Array.fromBase64(parameters.token);
  canaries.push(...materials, token.slice(2));
  const answers = [];
  for (const material of materials) {
    const wrapped = await wrap(parameters.algorithm, parameters.publicKey, material);
    canaries.push(wrapped, wrapped.slice(-16));
    const input = { KeyId, ImportToken: parameters.token, EncryptedKeyMaterial: wrapped.toBase64(), ...FOR_EVER };
    for (const more of [{}, NEXT, { ImportToken: token.with(30, (token[30] ?? 0) ^ 1).toBase64() }, { ExpirationModel: "?" }])
      answers.push(await raw("ImportKeyMaterial", { ...input, ...more }, { account }));
    answers.push(await raw("ImportKeyMaterial", { ...input, EncryptedKeyMaterial: wrapped.with(9, 1).toBase64() }, { account }));
  }
  answers.push(await importInto(account, KeyId, parameters, materials[0] ?? randomBytes(), { ValidTo: 1 }));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));

  const texts = [
    ...(await everything(account)),
    ...lines.map((line) => JSON.stringify(line)),
    ...answers.map(({ text }) => text),
  ];
  for (const canary of canaries)
    for (const written of writings(canary)) expect(texts.filter((text) => text.includes(written))).toEqual([]);
});
