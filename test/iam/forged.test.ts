// Ten thousand requests by forged access keys, and by good ones that name others: nobody but an account itself makes anything of its own, not even
// the tables of its objects.

import { listDurableObjectIds } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { accessKey, accessKeyIdOf } from "../../src/auth/credentials.ts";
import { newAccount, raw, testRootKeys } from "../support/client.ts";
import { allowing, type Credentials, rawForm, rootOf } from "../support/iam-client.ts";
import { identitiesOf, tablesIn } from "../support/identity-rows.ts";
import { inIdentities } from "../support/identity-store.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { eventsOfIdentities } from "../support/records.ts";
import { amzDate } from "../support/sign-by-hand.ts";
import { inStore } from "../support/store.ts";

const REQUESTS = 10_000;
const STRANGERS = 50;
const AT_ONCE = 100;
const PATIENCE_MS = 120_000;

/** The one account that signs anything, until the last test. */
const account = newAccount();
const strangers = Array.from({ length: STRANGERS }, newAccount);
const stranger = (at: number): string => strangers[at % STRANGERS] ?? expect.unreachable();
let root: Credentials;
let KeyId: string;
let sent = 0;

beforeAll(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // a line a refusal
  root = await rootOf(account);
  KeyId = await newKey(account);
  expect((await rawForm(root, "CreateUser", { UserName: "ada" })).status).toBe(200);
});

const FORM = "application/x-www-form-urlencoded; charset=utf-8";
const SERVICES = [
  ["kms", { "content-type": "application/x-amz-json-1.1", "x-amz-target": "TrentService.ListKeys" }, "{}"],
  ["iam", { "content-type": FORM }, "Action=ListUsers&Version=2010-05-08"],
  ["sts", { "content-type": FORM }, "Action=GetCallerIdentity&Version=2011-06-15"],
] as const;

/** A request in every form, whose signature is none. @returns the status and the code of its refusal. */
async function forged(accessKeyId: string, at: number): Promise<string> {
  sent++;
  const [service, headers, body] = SERVICES[at % SERVICES.length] ?? SERVICES[0];
  const host = `${service}.edgekeep.test`;
  const date = amzDate(Date.now());
  const credential = `${accessKeyId}/${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const signed = "x-amz-target" in headers ? "content-type;host;x-amz-date;x-amz-target" : "content-type;host;x-amz-date";
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${"0".repeat(64)}`;
  const init = { method: "POST", headers: { ...headers, host, "x-amz-date": date, authorization }, body };
  const response = await exports.default.fetch(`https://${host}/`, init);
  const text = await response.text();
  const [, code] = /<Code>([^<]*)</.exec(text) ?? /"__type":"([^"]*)"/.exec(text) ?? [];
  return `${response.status} ${code}`;
}

async function inTurns<T>(count: number, work: (at: number) => Promise<T>): Promise<ReadonlySet<T>> {
  const told = new Set<T>();
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => work(from + at));
    for (const each of await Promise.all(some)) told.add(each);
  }
  return told;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** The same id with another last character, or the last two: bits of the check. */
const spoilt = (id: string, by: number): string => {
  const last = ALPHABET.indexOf(id.at(-1) ?? "");
  return id.slice(0, -1) + (ALPHABET[(last + 1 + (by % 31)) % 32] ?? "");
};

describe("access keys that are none", { timeout: PATIENCE_MS }, () => {
  it("are refused by their check bits, whatever account they name", async () => {
    const ids = await Promise.all(strangers.map((each, at) => accessKeyIdOf(testRootKeys, each, at % 2 === 0 ? 0 : 4000 + at)));
    const told = await inTurns(7000, (at) => forged(spoilt(ids[at % STRANGERS] ?? "", Math.floor(at / STRANGERS)), at));
    expect([...told].toSorted()).toEqual(["400 UnrecognizedClientException", "403 InvalidClientTokenId"]);
  });

  it("are refused by their form", async () => {
    const random = (length: number): string =>
      Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte & 31]).join("");
    const forms = [
      ...[() => `AKIA${random(16)}`, () => `AKIA${random(15)}`, () => `AIDA${random(17)}`, () => `akia${random(16)}`],
      ...[
        () => "AKIAIOSFODNN7EXAMPLE",
        () => "__proto__",
        () => "constructor",
        () => stranger(0),
        () => "%00",
        () => "a".repeat(2000),
      ],
    ];
    const told = await inTurns(1500, (at) => forged((forms[at % forms.length] ?? (() => ""))(), at));
    expect([...told].toSorted()).toEqual(["400 UnrecognizedClientException", "403 InvalidClientTokenId"]);
  });

  it("of sessions are refused: there are none yet", async () => {
    const ids = await Promise.all(strangers.map((each) => accessKeyIdOf(testRootKeys, each, 0)));
    const told = await inTurns(300, (at) => forged((ids[at % STRANGERS] ?? "").replace("AKIA", "ASIA"), at));
    expect([...told].toSorted()).toEqual(["400 UnrecognizedClientException", "403 InvalidClientTokenId"]);
  });
});

it("good access key ids without their secrets are refused before any object hears of them", {
  timeout: PATIENCE_MS,
}, async () => {
  const serials = [0, 1, 255, 256, 1_000_000];
  const told = await inTurns(600, async (at) =>
    forged(await accessKeyIdOf(testRootKeys, stranger(at), serials[at % serials.length] ?? 0), at),
  );
  expect([...told].toSorted()).toEqual(["400 InvalidSignatureException", "403 SignatureDoesNotMatch"]);
});

/** What names others, by a call of the account's own: the status and the code that it is told. */
const NAMING: readonly (readonly [what: string, expected: string, call: (other: string) => Promise<string>])[] = [
  ["GetAccessKeyInfo", "200", async (other) => viaForm("GetAccessKeyInfo", { AccessKeyId: await idOf(other) }, "sts")],
  [
    "GetAccessKeyLastUsed",
    "404 NoSuchEntity",
    async (other) => viaForm("GetAccessKeyLastUsed", { AccessKeyId: await idOf(other) }),
  ],
  ["DeleteAccessKey", "404 NoSuchEntity", async (other) => viaForm("DeleteAccessKey", { AccessKeyId: await idOf(other) })],
  ["GetPolicy", "404 NoSuchEntity", (other) => viaForm("GetPolicy", { PolicyArn: `arn:aws:iam::${other}:policy/a` })],
  [
    "AttachUserPolicy",
    "404 NoSuchEntity",
    (other) => viaForm("AttachUserPolicy", { UserName: "ada", PolicyArn: `arn:aws:iam::${other}:policy/a` }),
  ],
  [
    "CreateRole that trusts an account",
    "400 MalformedPolicyDocument",
    (other) => viaForm("CreateRole", { RoleName: "a", AssumeRolePolicyDocument: trusting(`arn:aws:iam::${other}:root`) }),
  ],
  [
    "CreateRole that trusts a user",
    "400 MalformedPolicyDocument",
    (other) => viaForm("CreateRole", { RoleName: "a", AssumeRolePolicyDocument: trusting(`arn:aws:iam::${other}:user/a`) }),
  ],
  [
    "PutUserPolicy on another's key",
    "200",
    (other) => viaForm("PutUserPolicy", { UserName: "ada", PolicyName: "p", PolicyDocument: allowingOn(keyOf(other)) }),
  ],
  ["PutKeyPolicy for an account", "400 MalformedPolicyDocumentException", (other) => putKeyPolicy(`arn:aws:iam::${other}:root`)],
  ["PutKeyPolicy for a user", "400 MalformedPolicyDocumentException", (other) => putKeyPolicy(`arn:aws:iam::${other}:user/a`)],
  ["PutKeyPolicy for an account's number", "400 MalformedPolicyDocumentException", putKeyPolicy],
  ["CreateGrant to an account", "400 InvalidArnException", (other) => createGrant(`arn:aws:iam::${other}:root`)],
  ["CreateGrant to a user", "400 InvalidArnException", (other) => createGrant(`arn:aws:iam::${other}:user/a`)],
  ["CreateGrant to a session", "400 InvalidArnException", (other) => createGrant(`arn:aws:sts::${other}:assumed-role/a/bb`)],
  [
    "Encrypt by another's key",
    "400 AccessDeniedException",
    (other) => viaKms("Encrypt", { KeyId: keyOf(other), Plaintext: PLAINTEXT }),
  ],
  [
    "DescribeKey of another's alias",
    "400 AccessDeniedException",
    (other) => viaKms("DescribeKey", { KeyId: `arn:aws:kms:us-east-1:${other}:alias/a` }),
  ],
  ["ListRetirableGrants", "200", (other) => viaKms("ListRetirableGrants", { RetiringPrincipal: `arn:aws:iam::${other}:root` })],
];

const idOf = (other: string): Promise<string> => accessKeyIdOf(testRootKeys, other, 0);
const keyOf = (other: string): string => `arn:aws:kms:us-east-1:${other}:key/${KeyId}`;
const allowingOn = (Resource: string): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "kms:*", Resource } });
const trusting = (AWS: string): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" } });

async function viaForm(action: string, form: Readonly<Record<string, string>>, service: "iam" | "sts" = "iam"): Promise<string> {
  sent++;
  const { status, code } = await rawForm(root, action, form, { service });
  return code === undefined ? `${status}` : `${status} ${code}`;
}

async function viaKms(operation: string, input: Record<string, unknown>): Promise<string> {
  sent++;
  const { status, json } = await raw(operation, input, { account });
  return status === 200 ? "200" : `${status} ${json["__type"]}`;
}

function putKeyPolicy(AWS: string): Promise<string> {
  const statements = [`arn:aws:iam::${account}:root`, AWS].map((each) => ({
    Effect: "Allow",
    Principal: { AWS: each },
    Action: "kms:*",
    Resource: "*",
  }));
  return viaKms("PutKeyPolicy", { KeyId, Policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }) });
}

const createGrant = (GranteePrincipal: string): Promise<string> =>
  viaKms("CreateGrant", { KeyId, GranteePrincipal, Operations: ["Encrypt"] });

it.each(NAMING)("an account that names others by %s is told %s", { timeout: PATIENCE_MS }, async (_, expected, call) => {
  const before = expected === "200" ? undefined : await identitiesOf(account);
  expect([...(await inTurns(STRANGERS, (at) => call(stranger(at))))]).toEqual([expected]);
  if (before !== undefined) expect(await identitiesOf(account)).toBe(before);
});

describe("after all of that", () => {
  it("ten thousand requests have been sent", async () => {
    const ids = await Promise.all(strangers.map(idOf));
    await inTurns(Math.max(0, REQUESTS - sent), (at) => forged(spoilt(ids[at % STRANGERS] ?? "", at), at));
    expect(sent).toBeGreaterThanOrEqual(REQUESTS);
  });

  it("no object of another account has a table, an alarm or a record", async () => {
    for (const other of strangers) {
      const nothing = { hasSchema: false, tables: 0, alarm: null };
      const look = async (world: { hasSchema(): boolean }, state: DurableObjectState) => ({
        ...{ hasSchema: world.hasSchema(), tables: tablesIn(state), alarm: await state.storage.getAlarm() },
      });
      expect(await inIdentities(other, look)).toEqual(nothing);
      expect(await inStore(other, look)).toEqual(nothing);
    }
    const { results } = await env.AUDIT.prepare("SELECT DISTINCT account FROM trail JOIN chain ON number = place >> 40").all<{
      account: string;
    }>();
    expect(results.map((row) => row.account).filter((each) => each !== account)).toEqual([]);
  });

  it("there are no objects but of the accounts that were named", async () => {
    const named = [account, ...strangers];
    const known = new Set(named.map((each) => env.IDENTITY_STORE.idFromName(each).toString()));
    const ids = await listDurableObjectIds(env.IDENTITY_STORE);
    expect(ids.map(String).filter((id) => !known.has(id))).toEqual([]);
  });
});

it("an access key that was never given, with its secret, is its own account's: refused there, and recorded", async () => {
  const other = newAccount();
  const never = await accessKey(testRootKeys, other, 77_777);
  const { status, code } = await rawForm(never, "ListUsers", {});
  expect(`${status} ${code}`).toBe("403 InvalidClientTokenId");
  expect(await inIdentities(other, (world) => world.hasSchema())).toBe(true);
  const events = await eventsOfIdentities(other);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    ...{ eventName: "ListUsers", errorCode: "InvalidClientTokenId" },
    userIdentity: { type: "Unknown", accountId: other, accessKeyId: never.accessKeyId },
  });
  expect((await raw("ListKeys", {}, { account: other, serial: 77_778 })).json["__type"]).toBe("UnrecognizedClientException");
  expect(JSON.parse(await identitiesOf(other))).toContainEqual(["entity", []]);
});

it("the account's own user goes on", async () => {
  expect(
    (await rawForm(root, "PutUserPolicy", { UserName: "ada", PolicyName: "p", PolicyDocument: allowing("kms:*") })).status,
  ).toBe(200);
});
