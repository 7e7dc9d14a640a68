// The public Signature Version 4 vectors (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4), read in place: they are not ours to copy.
// SIGV4_VECTORS_DIR names their folder.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalRequest, type SignedRequest } from "../../../src/auth/canonical.ts";
import { mismatch, readClaim, requireSigned, stringToSign, verify } from "../../../src/auth/sigv4.ts";
import { sha256Hex } from "../../../src/crypto/hash.ts";
import { sigV4Key } from "../../../src/crypto/mac.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { utf8 } from "../../../src/wire/bytes.ts";

const folder = process.env["SIGV4_VECTORS_DIR"];
const skip = folder === undefined && "SIGV4_VECTORS_DIR is not set";

interface Context {
  readonly credentials: { readonly access_key_id: string; readonly secret_access_key: string };
  readonly normalize: boolean;
  readonly region: string;
  readonly service: string;
  /** The token was added behind the signer's back. */
  readonly omit_session_token?: boolean;
}

/** A request as it is on the wire; a line that begins with a space continues the one before. */
function parseRequest(text: string): SignedRequest {
  const [head = "", ...rest] = text.split("\n\n");
  const [requestLine = "", ...lines] = head.split("\n");
  const [, method = "", target = ""] = /^(\S+) (.+) HTTP\/1\.1$/.exec(requestLine) ?? [];
  const sent: [string, string][] = [];
  for (const line of lines) {
    const last = sent.at(-1);
    const at = line.indexOf(":");
    if (line.startsWith(" ") && last !== undefined) last[1] += `\n${line}`;
    else sent.push([line.slice(0, at).toLowerCase(), line.slice(at + 1)]);
  }
  const [path = "", query = ""] = target.split("?", 2);
  const headers = { get: (name: string) => joined(sent.flatMap(([key, value]) => (key === name ? [value.trim()] : []))) };
  return { method, path, query, headers, body: rest.join("\n\n").trimEnd() };
}

/** As `Headers` gives a header that was sent several times. */
const joined = (values: readonly string[]): string | null => (values.length === 0 ? null : values.join(","));

describe.skipIf(skip)(`signature vectors${skip ? ` (skipped: ${skip})` : ""}`, () => {
  const names = folder === undefined ? [] : readdirSync(folder).filter((name) => existsSync(join(folder, name, "context.json")));
  const read = (name: string, file: string): string => readFileSync(join(folder ?? "", name, file), "utf8").trimEnd();

  it("are all there", () => {
    expect(names.length).toBeGreaterThanOrEqual(38);
  });

  it.each(names)("%s: canonical request, string to sign and signature", async (name) => {
    const context = JSON.parse(read(name, "context.json")) as Context;
    const { credentials, normalize, region, service } = context;
    const request = parseRequest(read(name, "header-signed-request.txt"));
    const claim = readClaim(request);
    expect(claim).toMatchObject({ accessKeyId: credentials.access_key_id, region, service });
    expect(claim.signature).toBe(read(name, "header-signature.txt"));
    const payloadHash = sha256Hex(request.body);
    expect(canonicalRequest(request, claim, payloadHash, normalize)).toBe(read(name, "header-canonical-request.txt"));
    expect(stringToSign(request, claim, normalize)).toBe(read(name, "header-string-to-sign.txt"));
    const keyOf = (secret: string) => sigV4Key(new Secret(utf8(secret)), claim.date, region, service);
    expect(await verify(request, claim, await keyOf(credentials.secret_access_key), normalize)).toBe(true);
    expect(await verify(request, claim, await keyOf(`${credentials.secret_access_key}x`), normalize)).toBe(false);
  });

  it.each(names)("%s: a changed method, path, query, header or body is another request", async (name) => {
    const { credentials, normalize, region, service } = JSON.parse(read(name, "context.json")) as Context;
    const request = parseRequest(read(name, "header-signed-request.txt"));
    const claim = readClaim(request);
    const key = await sigV4Key(new Secret(utf8(credentials.secret_access_key)), claim.date, region, service);
    const host = { ...claim, headers: new Map([...claim.headers, ["host", "example.com"]]) };
    expect(await verify({ ...request, method: "PUT" }, claim, key, normalize)).toBe(false);
    expect(await verify({ ...request, path: `${request.path}x` }, claim, key, normalize)).toBe(false);
    expect(await verify({ ...request, query: `${request.query}&x` }, claim, key, normalize)).toBe(false);
    expect(await verify(request, host, key, normalize)).toBe(false);
    const altered = verify({ ...request, body: `${request.body}x` }, claim, key, normalize);
    if (claim.headers.has("x-amz-content-sha256")) await expect(altered).rejects.toThrow(mismatch().message);
    else expect(await altered).toBe(false);
  });

  it.each(names)("%s: counts only where all that decides is signed", (name) => {
    const { omit_session_token: added = false } = JSON.parse(read(name, "context.json")) as Context;
    const claim = readClaim(parseRequest(read(name, "header-signed-request.txt")));
    const required = (): void => requireSigned(claim);
    if (added) expect(required).toThrow("'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.");
    else expect(required).not.toThrow();
  });

  it.each(names)("%s: signed in the query, it is refused", (name) => {
    const request = parseRequest(read(name, "query-signed-request.txt"));
    expect(() => readClaim(request)).toThrow("Signatures in the query string are not accepted here.");
  });
});
