// Signature Version 4 in the Authorization header: read the claim, rebuild what was signed, verify it. Pure but for Web Crypto.
// Source: AWS, "Create a signed AWS API request"; the texts are AWS's.

import { sha256, sha256Hex } from "../crypto/hash.ts";
import { verifyMac } from "../crypto/mac.ts";
import { ApiError } from "../wire/api-error.ts";
import { fromHex, toBase64, utf8 } from "../wire/bytes.ts";
import { shown } from "../wire/shown.ts";
import { CONTENT_LENGTH, canonicalRequest, type NamedHeaders, type RequestHead, type SignedRequest } from "./canonical.ts";

/** What a request says of its signature. Nothing of it is true before `verify` says so. */
export interface Claim {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** YYYYMMDDTHHMMSSZ, of X-Amz-Date, else of Date. */
  readonly signedAt: string;
  /** The same in milliseconds since the epoch. */
  readonly signedTime: number;
  /** Those that are signed, and those that count if they are there; by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const TERMINATOR = "aws4_request";
const REGION_WRONG = "Credential should be scoped to a valid region. ";
const CLOCK_SKEW_MS_MAX = 5 * 60 * 1000;
const COUNTS_IF_PRESENT = ["x-amz-target", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];
const COUNTS = ["host", "date", ...COUNTS_IF_PRESENT];
const DATE_FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

const incomplete = (message: string): ApiError => new ApiError("IncompleteSignatureException", message);
const invalidSignature = (message: string): ApiError => new ApiError("InvalidSignatureException", message);

/** Lists of SignedHeaders that have been read before, by their text. */
export type KnownLists = ReadonlyMap<string, readonly string[]>;

/** @throws ApiError MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException. */
export function readClaim(request: Pick<RequestHead, "headers" | "query">, known: KnownLists = new Map()): Claim {
  const { headers: sent } = request;
  const inQuery = /(?:^|&)X-Amz-(?:Algorithm|Signature|Credential)=/i.test(request.query);
  const authorization = headerValue("authorization", sent);
  if (inQuery && authorization !== undefined)
    throw invalidSignature("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  if (inQuery) throw incomplete("Signatures in the query string are not accepted here.");
  if (authorization === undefined) throw new ApiError("MissingAuthenticationTokenException", "Missing Authentication Token");
  const headers = headersThatCount(sent);
  const isDated = headers.has("x-amz-date") || headers.has("date");
  const { credential, signedHeaders, signature } = readAuthorization(authorization, isDated, known);
  const [accessKeyId = "", date = "", region = "", service = "", terminator = "", ...rest] = credential.split("/");
  if (rest.length > 0 || terminator === "") {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${shown(credential)}'`,
    );
  }
  addSigned(headers, signedHeaders, sent);
  const { signedAt, signedTime } = readDate(headers);
  return { accessKeyId, date, region, service, terminator, signedHeaders, signature, signedAt, signedTime, headers };
}

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

function headerValue(name: string, sent: NamedHeaders): string | undefined {
  const value = sent.get(name);
  return value === null ? undefined : collapse(value);
}

/** The headers that count even where they are not signed, so that they may be refused. */
function headersThatCount(sent: NamedHeaders): Map<string, string> {
  const headers = new Map<string, string>();
  for (const name of COUNTS) {
    const value = headerValue(name, sent);
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

/**
 * Adds the headers that are signed, up to one that is not there: a claim that lacks one is refused. A signer names them in lower case;
 * another name is no header's.
 */
function addSigned(headers: Map<string, string>, signedHeaders: readonly string[], sent: NamedHeaders): void {
  for (const name of signedHeaders) {
    if (headers.has(name)) continue;
    const value = HEADER_NAME.test(name) ? headerValue(name, sent) : undefined;
    if (value !== undefined) headers.set(name, value);
    else if (name !== CONTENT_LENGTH) return;
  }
}

/**
 * Trimmed, runs of white space as one space: space and tab (RFC 9110 §5.6.3), and the line ends of a folded header. Other white
 * space of Unicode is part of a value.
 */
function collapse(value: string): string {
  const folded = /[\t\r\n]| {2}/.test(value) ? value.replace(/[\t\r\n ]+/g, " ") : value;
  return folded.slice(folded.startsWith(" ") ? 1 : 0, folded.endsWith(" ") ? -1 : undefined);
}

interface Authorization {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What every real client sends. Anything else is read with patience, and refused with AWS's words. */
const USUAL = /^AWS4-HMAC-SHA256 Credential=([^,\s=]+), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

function readSignedHeaders(text: string, known: KnownLists): readonly string[] {
  const read = known.get(text);
  if (read !== undefined) return read;
  const names = text.split(";");
  // A few headers, named thousands of times, would make a canonical request of any length.
  if (new Set(names).size < names.length) throw incomplete("'SignedHeaders' names a header more than once.");
  return names;
}

function readAuthorization(header: string, isDated: boolean, known: KnownLists): Authorization {
  const [, usual, list, mac] = USUAL.exec(header) ?? [];
  if (usual !== undefined && list !== undefined && mac !== undefined && isDated) {
    return { credential: usual, signedHeaders: readSignedHeaders(list, known), signature: mac };
  }
  const [algorithm = "", ...parameters] = header.split(/[ ,]+/);
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported AWS 'algorithm': '${shown(algorithm)}'.`);
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    if (parameter === "") continue; // behind a comma at the end
    const at = parameter.indexOf("=");
    if (at < 0) {
      const text = "Invalid key=value pair (missing equal-sign) in Authorization header";
      throw incomplete(`${text} (hashed with SHA-256 and encoded with Base64): '${hashed(header)}'.`);
    }
    const name = parameter.slice(0, at);
    if (values.has(name)) throw incomplete(`Authorization header gives '${shown(name)}' more than once.`);
    values.set(name, parameter.slice(at + 1));
  }
  const missing = ["Credential", "Signature", "SignedHeaders"]
    .filter((name) => !values.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (!isDated) missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  if (missing.length > 0)
    throw incomplete(`${missing.join("")}(Hashed with SHA-256 and encoded with Base64) Authorization=${hashed(header)}`);
  const signedHeaders = readSignedHeaders(values.get("SignedHeaders") ?? "", known);
  return { credential: values.get("Credential") ?? "", signedHeaders, signature: values.get("Signature") ?? "" };
}

/** How AWS shows the header in a refusal. */
const hashed = (header: string): string => toBase64(sha256(header));

/** X-Amz-Date, else Date, which may have HTTP's own format too. */
function readDate(headers: ReadonlyMap<string, string>): Pick<Claim, "signedAt" | "signedTime"> {
  const text = headers.get("x-amz-date") ?? headers.get("date") ?? "";
  const time = headers.has("x-amz-date") ? Number.NaN : Date.parse(text);
  const signedAt = Number.isNaN(time) ? text : basicFormat(time);
  const [whole, year, month, day, hour, minute, second] = DATE_FORM.exec(signedAt) ?? []; // a year past 9999 has more digits
  const signedTime = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (whole !== undefined) return { signedAt, signedTime };
  throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${shown(text)}'. See http://en.wikipedia.org/wiki/ISO_8601`);
}

/** YYYYMMDDTHHMMSSZ */
const basicFormat = (time: number): string => new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, "");

/**
 * What decides a request must be signed, and be there once; repeats arrive joined, so a comma counts as one. With an unsigned
 * X-Amz-Target, DescribeKey could be turned into ScheduleKeyDeletion on its way.
 * @throws ApiError IncompleteSignatureException.
 */
export function requireSigned({ headers, signedHeaders }: Pick<Claim, "headers" | "signedHeaders">): void {
  if (!signedHeaders.includes("host"))
    throw incomplete("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  const dated = headers.has("x-amz-date") ? [] : ["date"];
  for (const name of ["host", ...dated, ...COUNTS_IF_PRESENT]) {
    const value = headers.get(name);
    if (value === undefined && name !== "host") continue;
    if (!signedHeaders.includes(name)) throw incomplete(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    if (value === undefined || (name !== "date" && value.includes(","))) throw incomplete(`'${name}' must be given once.`);
  }
  if (signedHeaders.some((name) => name !== CONTENT_LENGTH && !headers.has(name)))
    throw incomplete("A header named in 'SignedHeaders' is missing.");
}

/** @throws ApiError InvalidSignatureException where the scope is not this service's on that day. `isRegion` knows the Regions. */
export function checkScope(claim: Claim, service: string, isRegion: (name: string) => boolean): void {
  const { date, region, terminator, signedAt } = claim;
  const day = signedAt.slice(0, 8);
  if (isRegion(region) && claim.service === service && terminator === TERMINATOR && date === day) return;
  // Each sentence ends with a space, the last one too: so does AWS.
  const wrong = [
    isRegion(region) ? "" : REGION_WRONG,
    claim.service === service ? "" : `Credential should be scoped to correct service: '${service}'. `,
    terminator === TERMINATOR
      ? ""
      : `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${shown(terminator)}'. `,
    date === day
      ? ""
      : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${shown(date)}' != '${day}', from '${signedAt}'. `,
  ];
  throw invalidSignature(wrong.join(""));
}

/** @throws ApiError InvalidSignatureException where the clocks are more than 5 minutes apart, in whole seconds, as signed. */
export function checkClock({ signedAt, signedTime }: Pick<Claim, "signedAt" | "signedTime">, now: number): void {
  const earliest = Math.floor(now / 1000) * 1000 - CLOCK_SKEW_MS_MAX;
  const latest = Math.floor(now / 1000) * 1000 + CLOCK_SKEW_MS_MAX;
  if (!(signedTime >= earliest))
    throw invalidSignature(
      `Signature expired: ${signedAt} is now earlier than ${basicFormat(earliest)} (${basicFormat(now)} - 5 min.)`,
    );
  if (!(signedTime <= latest)) {
    const text = `${signedAt} is still later than ${basicFormat(latest)} (${basicFormat(now)} + 5 min.)`;
    throw invalidSignature(`Signature not yet current: ${text}`);
  }
}

/** The text that the signature covers. @throws ApiError InvalidSignatureException where the body has another hash than is declared. */
export function stringToSign(request: SignedRequest, claim: Claim, normalize = true): string {
  const payloadHash = sha256Hex(request.body);
  const declared = claim.headers.get("x-amz-content-sha256");
  if (declared !== undefined && declared !== payloadHash) throw mismatch();
  const hash = sha256Hex(canonicalRequest(request, claim, payloadHash, normalize));
  return `${ALGORITHM}\n${claim.signedAt}\n${claim.date}/${claim.region}/${claim.service}/${claim.terminator}\n${hash}`;
}

/** @returns whether `key`, the day's key of that scope, made the claim's signature; compared in constant time. */
export async function verify(request: SignedRequest, claim: Claim, key: CryptoKey, normalize = true): Promise<boolean> {
  const signed = utf8(stringToSign(request, claim, normalize));
  const signature = fromHex(claim.signature);
  return signature !== undefined && verifyMac(key, signature, signed);
}

/** The refusal of a Region that is none, or not the one of the host's name. */
export const wrongRegion = (): ApiError => invalidSignature(REGION_WRONG);

export const mismatch = (): ApiError =>
  invalidSignature(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
