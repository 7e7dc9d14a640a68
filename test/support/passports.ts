// Passports made by hand, and calls that bear them.

import { accessKey } from "../../src/auth/credentials.ts";
import { derive } from "../../src/crypto/derive.ts";
import { macKey } from "../../src/crypto/mac.ts";
import { parseRootKeys, type RootKeys } from "../../src/crypto/root-keys.ts";
import type { ObjectCall } from "../../src/durable/call.ts";
import { type Bearer, issue } from "../../src/durable/passport-office.ts";
import { REGION, testRootKeys } from "./client.ts";

interface Vouching extends Partial<Bearer> {
  readonly rootKeys?: RootKeys;
  readonly expires?: number;
}

/** A passport as the front would make it, or as it never would. */
export async function passportFor(account: string, vouching: Vouching = {}): Promise<string> {
  const { rootKeys = testRootKeys, expires = Date.now() + 60_000, ...claims } = vouching;
  const { accessKeyId } = await accessKey(testRootKeys, account, 0);
  const bearer: Bearer = {
    object: `${account}/${REGION}`,
    kind: "root",
    account,
    principal: `arn:aws:iam::${account}:root`,
    accessKeyId,
    ...claims,
  };
  return issue(rootKeys, bearer, expires, derive(rootKeys, rootKeys.seal, "passport").then(macKey));
}

export const rootKeysOf = (document: object): RootKeys => parseRootKeys(JSON.stringify(document));

export async function callFor(
  account: string,
  name: string,
  input: unknown,
  over: Partial<ObjectCall> = {},
): Promise<ObjectCall> {
  return {
    passport: over.passport ?? (await passportFor(account)),
    name,
    body: JSON.stringify(input),
    requestId: crypto.randomUUID(),
    sourceAddress: "192.0.2.1",
    userAgent: "a client",
    host: `kms.${REGION}.edgekeep.test`,
    receivedAt: Date.now(),
    ...over,
  };
}
