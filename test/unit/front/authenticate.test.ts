// The Authenticator: in which order a request is refused, and which signing keys it keeps.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accessKey } from "../../../src/auth/credentials.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { Authenticator } from "../../../src/front/authenticate.ts";
import { printAccessKeyId } from "../../../src/wire/access-key-id.ts";
import { newAccount, testRootKeys } from "../../support/client.ts";
import { namedHeaders } from "../../support/named-headers.ts";
import { OLDER_ROOT_KEYS } from "../../support/root-keys.ts";
import { amzDate, type Credentials, type Sent, signByHand } from "../../support/sign-by-hand.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const INVALID_TOKEN = "The security token included in the request is invalid.";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const REGION_WRONG = "Credential should be scoped to a valid region. ";

interface Made {
  readonly credentials?: Credentials;
  readonly headers?: Record<string, string>;
  readonly scope?: Record<string, string>;
  readonly now?: number;
}

/** A request that is right but for what is said here. */
async function made({ credentials, headers = {}, scope = {}, now = NOW }: Made = {}): Promise<Sent> {
  const request: Sent = {
    url: "https://kms.example/",
    method: "POST",
    headers: { host: "kms.example", "x-amz-date": amzDate(now), "x-amz-target": "TrentService.ListKeys", ...headers },
    body: "{}",
  };
  return signByHand(request, { credentials: credentials ?? (await accessKey(testRootKeys, newAccount(), 0)), scope });
}

const headOf = ({ method, headers }: Sent) => ({ method, path: "/", query: "", headers: namedHeaders(headers) });

/** Both halves: the head's, and the body's behind it. */
const authenticate = async (authenticator: Authenticator, sent: Sent, now = NOW) =>
  authenticator.verify(await authenticator.identify(headOf(sent), now), String(sent.body), now);

const refusal = (code: string, message: string) => expect.objectContaining({ code, message });
const unrecognized = refusal("UnrecognizedClientException", INVALID_TOKEN);
const mismatch = refusal("InvalidSignatureException", MISMATCH);

/** The same request under a signature of the right form by nobody's key. */
const forged = (sent: Sent): Sent => {
  const { authorization = "" } = sent.headers;
  return {
    ...sent,
    headers: { ...sent.headers, authorization: authorization.replace(/Signature=.*/, `Signature=${"0".repeat(64)}`) },
  };
};

describe("a caller", () => {
  it("is the account of its access key, in the Region of its signature", async () => {
    const account = newAccount();
    const credentials = await accessKey(testRootKeys, account, 7);
    const sent = await made({ credentials, scope: { region: "ap-southeast-2" } });
    const { accessKeyId } = credentials;
    expect(await authenticate(new Authenticator(testRootKeys, "kms"), sent)).toEqual({
      accessKeyId,
      account,
      kind: "root",
      region: "ap-southeast-2",
    });
  });

  it("with an access key that is not known, or a session's, is nobody", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const { accessKeyId, secretAccessKey } = await accessKey(testRootKeys, newAccount(), 0);
    const older = await accessKey(parseRootKeys(OLDER_ROOT_KEYS), newAccount(), 0);
    const operator = printAccessKeyId({ kind: "AKIA", account: String(2 ** 40 - 1), rootVersion: 2, serial: 0, check: 0 });
    const ids = [
      "AKIDEXAMPLE",
      "__proto__",
      "constructor",
      accessKeyId.toLowerCase(),
      accessKeyId.replace("AKIA", "ASIA"),
      operator,
    ];
    for (const id of [...ids, older.accessKeyId]) {
      const sent = await made({ credentials: { accessKeyId: id, secretAccessKey } });
      await expect(authenticate(authenticator, sent), id).rejects.toThrow(unrecognized);
    }
    await expect(authenticate(authenticator, await made({ credentials: older }))).rejects.toThrow(unrecognized);
  });

  it("with a long-term access key has no session token, whether or not its signing key is known already", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const credentials = await accessKey(testRootKeys, newAccount(), 0);
    const withToken = await made({ credentials, headers: { "x-amz-security-token": "FwoGZXIvYXdzEXAMPLE" } });
    const emptyToken = await made({ credentials, headers: { "x-amz-security-token": "" } });
    await expect(authenticate(authenticator, withToken)).rejects.toThrow(unrecognized);
    await authenticate(authenticator, await made({ credentials }));
    await expect(authenticate(authenticator, withToken)).rejects.toThrow(unrecognized);
    await expect(authenticate(authenticator, emptyToken)).rejects.toThrow(unrecognized);
  });
});

describe("of several things that are wrong, the first is told:", () => {
  const stranger: Credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" };
  const old = NOW - 60 * 60 * 1000;
  const inEurope = { host: "kms.eu-central-1.example" };

  it.each([
    ["an unlisted Region", { credentials: stranger, scope: { region: "eu-nowhere-1" }, now: old }, REGION_WRONG],
    ["another host's Region", { credentials: stranger, headers: inEurope, now: old }, REGION_WRONG],
    ["the access key", { credentials: stranger, now: old }, INVALID_TOKEN],
    [
      "the clock",
      { now: old },
      "Signature expired: 20261124T110000Z is now earlier than 20261124T115500Z (20261124T120000Z - 5 min.)",
    ],
    ["the signature", {}, MISMATCH],
  ] satisfies [string, Made, string][])("%s", async (_, wrong, message) => {
    const sent = forged(await made(wrong));
    await expect(authenticate(new Authenticator(testRootKeys, "kms"), sent)).rejects.toThrow(message);
  });
});

describe("a host that names a Region counts for the service that it names alone:", () => {
  it.each([
    ["kms", "sts.eu-central-1.example", true],
    ["kms", "iam.eu-central-1.example", true],
    ["sts", "kms.eu-central-1.example", true],
    ["sts", "sts.us-east-1.example", true],
    ["sts", "sts.eu-central-1.example", false],
    ["sts", "sts-fips.us-west-2.example", false],
    ["sts", "sts.amazonaws.com", true],
    ["iam", "iam.amazonaws.com", true],
    ["iam", "iam-fips.amazonaws.com", true],
    ["iam", "iam.us-east-1.example", true],
    ["iam", "iam.eu-central-1.example", false],
    ["iam", "kms.eu-central-1.example", true],
    ["iam", "127.0.0.1:8787", true],
  ])("%s at %s", async (service, host, isTaken) => {
    const outcome = authenticate(new Authenticator(testRootKeys, service), await made({ headers: { host }, scope: { service } }));
    if (isTaken) expect(await outcome).toMatchObject({ region: "us-east-1" });
    else await expect(outcome).rejects.toThrow(refusal("InvalidSignatureException", REGION_WRONG));
  });
});

it("a service is signed for its own Regions alone", async () => {
  const authenticator = new Authenticator(testRootKeys, "iam", (name) => name === "us-east-1");
  expect(await authenticate(authenticator, await made({ scope: { service: "iam" } }))).toMatchObject({ region: "us-east-1" });
  const elsewhere = await made({ scope: { service: "iam", region: "us-east-2" } });
  await expect(authenticate(authenticator, elsewhere)).rejects.toThrow(refusal("InvalidSignatureException", REGION_WRONG));
});

describe("a host that names a Region", () => {
  it.each([
    "kms.us-east-1.example",
    "kms.us-east-1.example:8787",
    "KMS.US-EAST-1.example",
    "kms.example",
    "kms",
    "localhost:8787",
    "kms.v2.example",
  ])("agrees: %s", async (host) => {
    const sent = await made({ headers: { host } });
    expect(await authenticate(new Authenticator(testRootKeys, "kms"), sent)).toMatchObject({ region: "us-east-1" });
  });

  it.each(["kms.eu-central-1.example", "kms.eu-central-1.example:443", "KMS.EU-CENTRAL-1.example", "kms-fips.us-west-2.example"])(
    "does not: %s",
    async (host) => {
      const sent = await made({ headers: { host } });
      const wrong = refusal("InvalidSignatureException", REGION_WRONG);
      await expect(authenticate(new Authenticator(testRootKeys, "kms"), sent)).rejects.toThrow(wrong);
    },
  );
});

describe("a derived signing key", () => {
  const derivations = () => vi.mocked(crypto.subtle.deriveBits).mock.calls.length;
  beforeEach(() => {
    vi.spyOn(crypto.subtle, "deriveBits");
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is kept behind a signature that has verified, and not before", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const sent = await made();
    await expect(authenticate(authenticator, forged(sent))).rejects.toThrow(mismatch);
    await expect(authenticate(authenticator, sent, NOW + 600_000)).rejects.toThrow("Signature expired");
    const first = derivations();
    await authenticate(authenticator, sent);
    const second = derivations();
    expect(second).toBeGreaterThan(first);
    await authenticate(authenticator, sent);
    await expect(authenticate(authenticator, forged(sent))).rejects.toThrow(mismatch);
    expect(derivations()).toBe(second);
  });

  it("is not driven out by strangers", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const sent = await made();
    await authenticate(authenticator, sent);
    for (let stranger = 0; stranger < 1100; stranger++) {
      const { accessKeyId } = await accessKey(testRootKeys, newAccount(), 0);
      const credential = (sent.headers["authorization"] ?? "").replace(/AKIA[A-Z2-7]+/, accessKeyId);
      await expect(
        authenticate(authenticator, { ...sent, headers: { ...sent.headers, authorization: credential } }),
      ).rejects.toThrow(mismatch);
    }
    const before = derivations();
    await authenticate(authenticator, sent);
    expect(derivations()).toBe(before);
  });

  it("is one of 1024 at most: the oldest goes", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const [oldest, next] = [await made(), await made()];
    for (const sent of [oldest, next]) await authenticate(authenticator, sent);
    for (let other = 0; other < 1023; other++) await authenticate(authenticator, await made());
    const before = derivations();
    await authenticate(authenticator, next);
    expect(derivations()).toBe(before);
    await authenticate(authenticator, oldest);
    expect(derivations()).toBeGreaterThan(before);
  });

  it("is of one day, one Region and one access key", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const account = newAccount();
    const credentials = await accessKey(testRootKeys, account, 0);
    const tomorrow = NOW + 24 * 60 * 60 * 1000;
    await authenticate(authenticator, await made({ credentials }));
    for (const [other, now] of [
      [{ credentials, scope: { region: "eu-west-1" } }, NOW],
      [{ credentials, now: tomorrow }, tomorrow],
      [{ credentials: await accessKey(testRootKeys, account, 1) }, NOW],
    ] as const) {
      const before = derivations();
      await authenticate(authenticator, await made(other), now);
      expect(derivations()).toBeGreaterThan(before);
    }
  });
});

describe("a list of signed headers", () => {
  const listOf = async (authenticator: Authenticator, sent: Sent) =>
    (await authenticator.identify(headOf(sent), NOW)).claim.signedHeaders;

  it("is remembered behind a good signature, and not before", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const sent = await made();
    for (const wrong of [forged(sent), { ...sent, body: "{ }" }]) {
      await expect(authenticate(authenticator, wrong)).rejects.toThrow(mismatch);
      expect(await listOf(authenticator, sent)).not.toBe(await listOf(authenticator, sent));
    }
    await authenticate(authenticator, sent);
    expect(await listOf(authenticator, sent)).toBe(await listOf(authenticator, sent));
    const other = new Authenticator(testRootKeys, "kms");
    expect(await listOf(other, sent)).not.toBe(await listOf(authenticator, sent));
  });

  it("is remembered where it is short: long ones, by the thousand, would fill the memory", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x-long-${at}`, "x"]));
    const sent = await made({ headers });
    await authenticate(authenticator, sent);
    expect(await listOf(authenticator, sent)).toEqual(
      Object.keys(sent.headers)
        .filter((name) => name !== "authorization")
        .sort(),
    );
    expect(await listOf(authenticator, sent)).not.toBe(await listOf(authenticator, sent));
  });

  it("is one of 64 at most: the oldest goes", async () => {
    const authenticator = new Authenticator(testRootKeys, "kms");
    const lists = await Promise.all(Array.from({ length: 65 }, (_, at) => made({ headers: { [`x-${at}`]: "x" } })));
    for (const sent of lists) await authenticate(authenticator, sent);
    const [oldest, next] = lists as [Sent, Sent];
    expect(await listOf(authenticator, oldest)).not.toBe(await listOf(authenticator, oldest));
    expect(await listOf(authenticator, next)).toBe(await listOf(authenticator, next));
  });
});

it("a body that comes too late finds the clock gone on", async () => {
  const authenticator = new Authenticator(testRootKeys, "kms");
  const claimant = await authenticator.identify(headOf(await made()), NOW);
  await expect(authenticator.verify(claimant, "{}", NOW + 301_000)).rejects.toThrow("Signature expired");
  expect(await authenticator.verify(claimant, "{}", NOW + 300_000)).toEqual(claimant.caller);
});
