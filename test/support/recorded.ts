// Calls held against their records.

import { expect } from "vitest";
import { type Answer, newAccount, raw } from "./client.ts";
import { newKey } from "./new-key.ts";
import { type EventRecord, eventOf } from "./records.ts";

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

export const resource = (account: string, ARN: unknown) => ({ accountId: account, type: "AWS::KMS::Key", ARN });
/** Whether a record has its members in CloudTrail's order, and no others. */
export const ordered = (event: EventRecord): boolean => {
  const names = Object.keys(event);
  return names.every((name) => ORDER.includes(name)) && names.join() === ORDER.filter((name) => names.includes(name)).join();
};

/** An account with a key, and a way to hold a call against its record. */
export async function newRecordedStore() {
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
