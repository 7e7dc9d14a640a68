// A record is CloudTrail's, member by member: what each operation's holds, in which order, and what none ever holds.

import { describe, expect, it } from "vitest";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { callFor } from "../support/passports.ts";
import { newRecordedStore, ordered, resource } from "../support/recorded.ts";
import { eventOf } from "../support/records.ts";
import { callStore } from "../support/store.ts";

const MATERIAL_ID = expect.stringMatching(/^[0-9a-f]{64}$/);

describe("the record of an operation", () => {
  it("CreateKey: defaults filled in, the metadata of the key, and it as the resource", async () => {
    const { account, recorded } = await newRecordedStore();
    const { answer, event, common } = await recorded("CreateKey", { Tags: [{ TagKey: "a", TagValue: "b" }] });
    const { KeyId, Arn, CreationDate } = answer.json["KeyMetadata"] as { KeyId: string; Arn: string; CreationDate: number };
    const { keyMetadata } = event["responseElements"] as { keyMetadata: { creationDate: string } };
    expect(event).toEqual({
      ...common,
      requestParameters: {
        description: "",
        origin: "AWS_KMS",
        keySpec: "SYMMETRIC_DEFAULT",
        customerMasterKeySpec: "SYMMETRIC_DEFAULT",
        keyUsage: "ENCRYPT_DECRYPT",
        bypassPolicyLockoutSafetyCheck: false,
        multiRegion: false,
        tags: [{ tagKey: "a", tagValue: "b" }],
      },
      responseElements: {
        keyMetadata: {
          aWSAccountId: account,
          keyId: KeyId,
          arn: Arn,
          creationDate: expect.stringMatching(/^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M$/),
          enabled: true,
          description: "",
          keyUsage: "ENCRYPT_DECRYPT",
          keyState: "Enabled",
          origin: "AWS_KMS",
          keyManager: "CUSTOMER",
          customerMasterKeySpec: "SYMMETRIC_DEFAULT",
          keySpec: "SYMMETRIC_DEFAULT",
          encryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
          multiRegion: false,
          currentKeyMaterialId: MATERIAL_ID,
        },
      },
      readOnly: false,
      resources: [resource(account, Arn)],
    });
    expect(Date.parse(`${keyMetadata.creationDate} UTC`)).toBe(Math.floor(CreationDate) * 1000);
  });

  it("DescribeKey: the key as the caller wrote it", async () => {
    const { KeyId, arn, recorded, resources } = await newRecordedStore();
    for (const written of [KeyId, arn]) {
      const { event, common } = await recorded("DescribeKey", { KeyId: written });
      const requestParameters = { keyId: written };
      expect(event).toEqual({ ...common, requestParameters, responseElements: null, readOnly: true, resources });
    }
  });

  it("ListKeys: limit and marker, and no resource", async () => {
    const { recorded } = await newRecordedStore();
    await recorded("CreateKey", {});
    const { answer } = await recorded("ListKeys", { Limit: 1 });
    const { event, common } = await recorded("ListKeys", { Limit: 7, Marker: answer.json["NextMarker"] });
    const requestParameters = { limit: 7, marker: answer.json["NextMarker"] };
    expect(event).toEqual({ ...common, requestParameters, responseElements: null, readOnly: true, resources: [] });
  });

  it.each(["DisableKey", "EnableKey"])("%s: a write that answers nothing is recorded with its key's ARN", async (name) => {
    const { KeyId, arn, recorded, resources } = await newRecordedStore();
    const { event, common } = await recorded(name, { KeyId });
    const [requestParameters, responseElements] = [{ keyId: KeyId }, { keyId: arn }];
    expect(event).toEqual({ ...common, requestParameters, responseElements, readOnly: false, resources });
  });

  it("Encrypt: the context in the clear, the algorithm always, the material as additional data", async () => {
    const { KeyId, recorded, resources } = await newRecordedStore();
    const EncryptionContext = { team: "red", ["__proto__"]: "x", "a b": "ä" };
    const { event, common } = await recorded("Encrypt", { KeyId, Plaintext: PLAINTEXT, EncryptionContext });
    const encryptionContext = Object.fromEntries(Object.entries(EncryptionContext));
    expect(event).toEqual({
      ...common,
      requestParameters: { keyId: KeyId, encryptionAlgorithm: "SYMMETRIC_DEFAULT", encryptionContext },
      responseElements: null,
      additionalEventData: { keyMaterialId: MATERIAL_ID },
      readOnly: true,
      resources,
    });
  });

  it("Decrypt: the key's ARN where the caller named none", async () => {
    const { KeyId, arn, recorded, resources } = await newRecordedStore();
    const { answer } = await recorded("Encrypt", { KeyId, Plaintext: PLAINTEXT });
    const { CiphertextBlob } = answer.json;
    const named = [
      [{ CiphertextBlob }, arn],
      [{ CiphertextBlob, KeyId }, KeyId],
    ] as const;
    for (const [input, keyId] of named) {
      const { event, answer: opened, common } = await recorded("Decrypt", input);
      expect(event).toEqual({
        ...common,
        requestParameters: { encryptionAlgorithm: "SYMMETRIC_DEFAULT", keyId },
        responseElements: null,
        additionalEventData: { keyMaterialId: opened.json["KeyMaterialId"] },
        readOnly: true,
        resources,
      });
    }
  });

  it.each([{ KeySpec: "AES_256" }, { NumberOfBytes: 64 }])("GenerateDataKey: what was asked for, %o", async (size) => {
    const { KeyId, recorded, resources } = await newRecordedStore();
    const { event, common } = await recorded("GenerateDataKey", { KeyId, ...size, EncryptionContext: { a: "b" } });
    const [[name, value]] = Object.entries(size) as [[string, unknown]];
    expect(event).toEqual({
      ...common,
      requestParameters: { keyId: KeyId, [name.charAt(0).toLowerCase() + name.slice(1)]: value, encryptionContext: { a: "b" } },
      responseElements: null,
      additionalEventData: { keyMaterialId: MATERIAL_ID },
      readOnly: true,
      resources,
    });
  });

  it("GenerateRandom: nothing of the request, and no resource", async () => {
    const { recorded } = await newRecordedStore();
    const { event, common } = await recorded("GenerateRandom", { NumberOfBytes: 32 });
    expect(event).toEqual({ ...common, requestParameters: null, responseElements: null, readOnly: true, resources: [] });
  });

  it("an alias is a resource beside its key", async () => {
    const { account, KeyId, arn, recorded } = await newRecordedStore();
    const { event, common } = await recorded("CreateAlias", { AliasName: "alias/one", TargetKeyId: KeyId });
    const ARN = `arn:aws:kms:us-east-1:${account}:alias/one`;
    expect(event).toEqual({
      ...common,
      requestParameters: { aliasName: "alias/one", targetKeyId: KeyId },
      responseElements: { keyId: arn },
      readOnly: false,
      resources: [{ accountId: account, type: "AWS::KMS::Alias", ARN }, resource(account, arn)],
    });
  });

  it("ReEncrypt: both keys, source before destination", async () => {
    const { account, KeyId, arn, recorded } = await newRecordedStore();
    const DestinationKeyId = await newKey(account);
    const { answer } = await recorded("Encrypt", { KeyId, Plaintext: PLAINTEXT });
    const { event } = await recorded("ReEncrypt", { CiphertextBlob: answer.json["CiphertextBlob"], DestinationKeyId });
    expect(event).toMatchObject({
      requestParameters: {
        sourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        destinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        destinationKeyId: DestinationKeyId,
      },
      responseElements: null,
      readOnly: true,
      resources: [{ ARN: arn }, { ARN: expect.stringContaining(DestinationKeyId) }],
    });
  });
});

it("a request over TLS leaves its version, cipher suite and host", async () => {
  const { account, KeyId } = await newRecordedStore();
  const tls = { tlsVersion: "TLSv1.3", cipherSuite: "AEAD-AES128-GCM-SHA256" };
  const call = await callFor(account, "DescribeKey", { KeyId }, tls);
  await callStore(account, call);
  const event = await eventOf(account, call.requestId);
  expect(ordered(event)).toBe(true);
  expect(event["tlsDetails"]).toEqual({ ...tls, clientProvidedHostHeader: call.host });
});
