// What no record holds, and what it holds of a refusal.

import { describe, expect, it } from "vitest";
import { printGrantToken } from "../../src/keyring/grant-token.ts";
import { REGION } from "../support/client.ts";
import { PLAINTEXT } from "../support/new-key.ts";
import { callFor } from "../support/passports.ts";
import { newRecordedStore } from "../support/recorded.ts";
import { parseRecord, recordsOf } from "../support/records.ts";
import { callStore } from "../support/store.ts";

describe("the record of a refusal", () => {
  it("names the code and the message, what was asked for, and the key where it was found", async () => {
    const { KeyId, recorded, resources } = await newRecordedStore();
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
    const { recorded } = await newRecordedStore();
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
    const { KeyId, recorded, resources } = await newRecordedStore();
    const { event } = await recorded("Encrypt", { KeyId, Plaintext: PLAINTEXT, DryRun: true });
    expect(event).toMatchObject({ errorCode: "DryRunOperationException", responseElements: null, resources });
  });

  it("of a name that is none holds it only where it is a plausible one", async () => {
    const { recorded } = await newRecordedStore();
    const { event, common } = await recorded("DropAllKeys", { KeyId: "k" });
    const nothing = { requestParameters: null, responseElements: null, readOnly: true };
    expect(event).toEqual({ ...common, ...nothing, errorCode: "UnknownOperationException" });
  });
});

describe("what no record holds", () => {
  const SECRET = btoa("a plaintext that nobody may read"); // and none of its parts
  /** Of a grant that is gone: it is of the form, so that calls that bear it go their way. */
  const TOKEN = printGrantToken(
    { account: "111122223333", region: REGION, keyId: crypto.randomUUID(), grantId: "ab".repeat(32) },
    new Uint8Array(8),
  );

  it("neither plaintext nor ciphertext, of requests and of answers, done or refused; nor a grant token", async () => {
    const { account, KeyId, recorded } = await newRecordedStore();
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
    const { account, KeyId, recorded } = await newRecordedStore();
    const { answer } = await recorded("DescribeKey", { KeyId, GrantTokens: [TOKEN, "x".repeat(9000)] });
    expect(answer.json["__type"]).toBe("ValidationException");
    expect((await recordsOf(account)).filter(({ record }) => record.includes(TOKEN))).toEqual([]);
  });

  it("every record is well-formed text, whatever the caller sent", async () => {
    const { account, KeyId } = await newRecordedStore();
    const body = `{"KeyId":"${KeyId}","Plaintext":"${PLAINTEXT}","EncryptionContext":{"half":"\\ud83d"}}`;
    const broken = "ab\u{1f512}".repeat(600); // cut in the middle of a pair
    const call = await callFor(account, "DescribeKey", {}, { body, userAgent: broken });
    await callStore(account, call);
    await callStore(account, { ...call, requestId: 'half a pair \ud83d, and a "quotation"' });
    const records = (await recordsOf(account)).map(({ record }) => record);
    expect(records.filter((record) => !record.isWellFormed() || /\p{Cc}/u.test(record))).toEqual([]);
    const names = records.map((record) => parseRecord({ record }).eventName);
    expect(names).toEqual(["BeginIncarnation", "CreateKey", "DescribeKey", "DescribeKey"]);
  });
});
