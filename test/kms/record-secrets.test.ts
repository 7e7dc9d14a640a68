// What no record holds, and what it holds of a refusal.

import { describe, expect, it } from "vitest";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { callFor } from "../support/passports.ts";
import { type EventRecord, eventOf, parseRecord, recordsOf } from "../support/records.ts";
import { stubOf } from "../support/store.ts";

/** Source: CloudTrail user guide, "CloudTrail record contents"; KMS developer guide, "Log entries". */
const ORDER = [
  "eventVersion",
  "userIdentity",
  "eventTime",
  "eventSource",
  "eventName",
  "awsRegion",
  "sourceIPAddress",
  "userAgent",
  "errorCode",
  "errorMessage",
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "requestID",
  "eventID",
  "readOnly",
  "resources",
  "eventType",
  "managementEvent",
  "recipientAccountId",
  "eventCategory",
  "tlsDetails",
];

const headers = { "user-agent": "a client of AWS/1.0", "cf-connecting-ip": "203.0.113.9" };

/** What every record of a call of an account's root holds. */
const common = (account: string, eventName: string, { requestId }: Answer) => ({
  eventVersion: "1.11",
  userIdentity: {
    type: "Root",
    principalId: account,
    arn: `arn:aws:iam::${account}:root`,
    accountId: account,
    accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
  },
  eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  eventSource: "kms.amazonaws.com",
  eventName,
  awsRegion: "us-east-1",
  sourceIPAddress: "203.0.113.9",
  userAgent: "a client of AWS/1.0",
  requestID: requestId,
  eventID: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  eventType: "AwsApiCall",
  managementEvent: true,
  recipientAccountId: account,
  eventCategory: "Management",
});

const resource = (account: string, ARN: unknown) => ({ accountId: account, type: "AWS::KMS::Key", ARN });
const ordered = (event: EventRecord): boolean => {
  const names = Object.keys(event);
  return names.every((name) => ORDER.includes(name)) && names.join() === ORDER.filter((name) => names.includes(name)).join();
};

/** An account with a key, and a way to hold a call against its record. */
async function newStore() {
  const account = newAccount();
  const KeyId = await newKey(account);
  const arn = `arn:aws:kms:us-east-1:${account}:key/${KeyId}`;
  const recorded = async (name: string, input: Record<string, unknown>) => {
    const answer = await raw(name, input, { account, headers });
    const event = await eventOf(account, answer.requestId);
    expect(ordered(event)).toBe(true);
    return { answer, event, common: common(account, name, answer) };
  };
  return { account, KeyId, arn, recorded, resources: [resource(account, arn)] };
}

describe("the record of a refusal", () => {
  it("names the code and the message, what was asked for, and the key where it was found", async () => {
    const { KeyId, recorded, resources } = await newStore();
    await recorded("DisableKey", { KeyId });
    const { event, answer, common } = await recorded("Encrypt", { KeyId, Plaintext: PLAINTEXT });
    expect(event).toEqual({
      ...common,
      errorCode: "DisabledException",
      errorMessage: answer.json["message"],
      requestParameters: { keyId: KeyId, encryptionAlgorithm: "SYMMETRIC_DEFAULT" },
      responseElements: null,
      readOnly: true,
      resources,
    });
  });

  it("names no resource where none was found, and no message where there is none", async () => {
    const { recorded } = await newStore();
    const { event, common } = await recorded("Decrypt", { CiphertextBlob: PLAINTEXT });
    expect(event).toEqual({
      ...common,
      errorCode: "InvalidCiphertextException",
      requestParameters: { encryptionAlgorithm: "SYMMETRIC_DEFAULT" },
      responseElements: null,
      readOnly: true,
    });
  });

  it("of a dry run says that it was one", async () => {
    const { KeyId, recorded, resources } = await newStore();
    const { event } = await recorded("Encrypt", { KeyId, Plaintext: PLAINTEXT, DryRun: true });
    expect(event).toMatchObject({ errorCode: "DryRunOperationException", responseElements: null, resources });
  });

  it("of a name that is none holds it only where it is a plausible one", async () => {
    const { recorded } = await newStore();
    const { event, common } = await recorded("DropAllKeys", { KeyId: "k" });
    const nothing = { requestParameters: null, responseElements: null, readOnly: true };
    expect(event).toEqual({ ...common, ...nothing, errorCode: "UnknownOperationException" });
  });
});

describe("what no record holds", () => {
  const SECRET = btoa("a plaintext that nobody may read"); // and none of its parts
  const TOKEN = "grant-token-that-nobody-may-read";

  it("neither plaintext nor ciphertext, of requests and of answers, done or refused; nor a grant token", async () => {
    const { account, KeyId, recorded } = await newStore();
    const GrantTokens = [TOKEN];
    const { answer } = await recorded("Encrypt", { KeyId, Plaintext: SECRET, GrantTokens });
    const { CiphertextBlob } = answer.json as { CiphertextBlob: string };
    const made = [answer];
    for (const [name, input] of [
      ["Decrypt", { CiphertextBlob, GrantTokens }],
      ["Decrypt", { CiphertextBlob, GrantTokens, EncryptionContext: { another: "context" } }],
      ["GenerateDataKey", { KeyId, KeySpec: "AES_256", GrantTokens }],
      ["GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_256", GrantTokens }],
      ["ReEncrypt", { CiphertextBlob, DestinationKeyId: KeyId, GrantTokens }],
      ["GenerateRandom", { NumberOfBytes: 32 }],
      ["DescribeKey", { KeyId, GrantTokens }],
      ["Encrypt", { KeyId: "nowhere", Plaintext: SECRET, GrantTokens }],
      ["Encrypt", { KeyId, Plaintext: SECRET, Unknown: SECRET, EncryptionAlgorithm: "NONE" }],
      ["Encrypt", { KeyId, Plaintext: SECRET, GrantTokens: TOKEN }],
      ["Encrypt", { KeyId, Plaintext: SECRET, DryRun: true }],
      ["DropAllKeys", { Plaintext: SECRET, GrantTokens }],
      ["Sign", { KeyId, Message: SECRET, GrantTokens }],
    ] as const) {
      made.push((await recorded(name, input)).answer);
    }
    const blobs = made.flatMap(({ json }) => [json["Plaintext"], json["CiphertextBlob"]]).filter((blob) => blob !== undefined);
    expect(blobs.length).toBeGreaterThan(6);
    const records = (await recordsOf(account)).map(({ record }) => record);
    for (const hidden of [SECRET, atob(SECRET), CiphertextBlob, ...blobs]) {
      expect(records.filter((record) => record.includes(String(hidden)))).toEqual([]);
    }
    expect(records.filter((record) => /"(?:plaintext|ciphertextBlob)"/i.test(record))).toEqual([]);
    expect(records.filter((record) => record.includes(TOKEN))).toEqual([]);
  });

  it("no grant token stands in the message of a request that is refused for another of its tokens", async () => {
    const { account, KeyId, recorded } = await newStore();
    const { answer } = await recorded("DescribeKey", { KeyId, GrantTokens: [TOKEN, "x".repeat(9000)] });
    expect(answer.json["__type"]).toBe("ValidationException");
    expect((await recordsOf(account)).filter(({ record }) => record.includes(TOKEN))).toEqual([]);
  });

  it("every record is well-formed text, whatever the caller sent", async () => {
    const { account, KeyId } = await newStore();
    const body = `{"KeyId":"${KeyId}","Plaintext":"${PLAINTEXT}","EncryptionContext":{"half":"\\ud83d"}}`;
    const broken = "ab\u{1f512}".repeat(600); // cut in the middle of a pair
    const call = await callFor(account, "DescribeKey", {}, { body, userAgent: broken });
    await stubOf(account).kms(call);
    await stubOf(account).kms({ ...call, requestId: 'half a pair \ud83d, and a "quotation"' });
    const records = (await recordsOf(account)).map(({ record }) => record);
    expect(records.filter((record) => !record.isWellFormed() || /\p{Cc}/u.test(record))).toEqual([]);
    const names = records.map((record) => parseRecord({ record }).eventName);
    expect(names).toEqual(["BeginIncarnation", "CreateKey", "DescribeKey", "DescribeKey"]);
  });
});
