// One record, in CloudTrail's form: built from the members that an operation's row keeps, so that what no row names is absent and
// neither a new member nor a new operation can leak. Text is put together from constant and stringified parts: an object stringified
// whole costs ten times as much. Source: CloudTrail user guide, "CloudTrail record contents"; KMS developer guide, "Log entries".

import { sha256Hex } from "../crypto/hash.ts";
import { isWithinBytes, utf8 } from "../wire/bytes.ts";
import { memberPath } from "../wire/shape.ts";
import type { Holder } from "../wire/views.ts";

/** Bytes of UTF-8 as printed; so what one member is long with does not decide how long its record is, which stays below 64 KiB. */
const MEMBER_BYTES_MAX = 2 * 1024;
const TEXT_CHARACTERS_MAX = 1024;

/** Of the HTTP request. */
export interface Source {
  /** Absent of an event that counts many requests. */
  readonly requestId?: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly host: string;
  readonly tlsVersion?: string | undefined;
  readonly cipherSuite?: string | undefined;
}

/** Of an event that the service writes unprompted. */
export const SERVICE: Source = { sourceAddress: "AWS Internal", userAgent: "AWS Internal", host: "" };

/** Who called, as CloudTrail's userIdentity, printed once a caller. */
export function printRootIdentity(account: string, principal: string, accessKeyId: string): string {
  return JSON.stringify({ type: "Root", principalId: account, arn: principal, accountId: account, accessKeyId });
}

/** The same of whoever holds an access key. */
export function printHolder({ type, uniqueId, arn, account, userName }: Holder, accessKeyId: string): string {
  if (type === "Root") return printRootIdentity(account, arn, accessKeyId);
  return JSON.stringify({ type: "IAMUser", principalId: uniqueId, arn, accountId: account, accessKeyId, userName });
}

/** The same of an access key whose holder is not known. */
export function printKeyIdentity(account: string, accessKeyId: string): string {
  return JSON.stringify({ type: "Unknown", accountId: account, accessKeyId });
}

/** What a call acted on. */
export interface RecordedResource {
  readonly arn: string;
  /** As CloudFormation names it, such as "AWS::KMS::Key". */
  readonly type: string;
}

export interface Event {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly name: string;
  /** The service, such as "kms.amazonaws.com". */
  readonly eventSource: string;
  readonly readOnly: boolean;
  readonly region: string;
  readonly account: string;
  /** A userIdentity, printed. */
  readonly identity: string;
  readonly source: Source;
  readonly request?: { readonly members: Readonly<Record<string, unknown>>; readonly keep: readonly string[] } | undefined;
  readonly answer?: { readonly members: Readonly<Record<string, unknown>>; readonly keep: readonly string[] } | undefined;
  /** Additional data, by its name in the record; what is undefined is left out. */
  readonly noted?: Readonly<Record<string, string | undefined>> | undefined;
  /** Undefined where they are not known. */
  readonly resources?: readonly RecordedResource[] | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

const OPERATION_NAME = /^[A-Za-z0-9]{1,64}$/;

/** What an event is called: by its operation, known or not; what has no operation's name is "Unknown". */
export const eventNameOf = (name: string, isKnown: boolean): string => (isKnown || OPERATION_NAME.test(name) ? name : "Unknown");

/** A record as one string of well-formed text. */
export function printEvent(event: Event): string {
  const { source, error, noted, resources } = event;
  return `{"eventVersion":"1.11","userIdentity":${event.identity},"eventTime":"${printTime(event.time)}","eventSource":"${event.eventSource}","eventName":${text(event.name)},"awsRegion":"${event.region}","sourceIPAddress":${text(source.sourceAddress)},"userAgent":${text(source.userAgent)}${
    error === undefined
      ? ""
      : `,"errorCode":${text(error.code)}${error.message === "" ? "" : `,"errorMessage":${text(error.message)}`}`
  },"requestParameters":${printMembers(event.request)},"responseElements":${printMembers(event.answer)}${
    noted === undefined ? "" : printNoted(noted)
  }${source.requestId === undefined ? "" : `,"requestID":${text(source.requestId)}`},"eventID":"${event.id}","readOnly":${event.readOnly}${
    resources === undefined
      ? ""
      : `,"resources":[${resources.map((resource) => printResource(resource, event.account)).join(",")}]`
  },"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"${event.account}","eventCategory":"Management"${printTls(source)}}`;
}

function printNoted(noted: NonNullable<Event["noted"]>): string {
  const printed = JSON.stringify(noted);
  return printed === "{}" ? "" : `,"additionalEventData":${printed}`;
}

/** A bounded text: what a header or a message may be long with is the caller's choice. */
function text(value: string): string {
  const printed = printedStart(value, TEXT_CHARACTERS_MAX);
  if (fits(printed)) return printed;
  // The longest beginning that fits: each character more makes its print longer, or as long.
  let [known, beyond] = [0, Math.min(value.length, TEXT_CHARACTERS_MAX)];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (fits(printedStart(value, middle))) known = middle;
    else beyond = middle;
  }
  return printedStart(value, known);
}

const printedStart = (value: string, characters: number): string => JSON.stringify(value.slice(0, characters).toWellFormed());

/** Second precision, as CloudTrail's. */
const printTime = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const printResource = ({ arn, type }: RecordedResource, account: string): string =>
  `{"accountId":"${account}","type":"${type}","ARN":"${arn}"}`;

const printTls = ({ tlsVersion, cipherSuite, host }: Source): string =>
  tlsVersion === undefined
    ? ""
    : `,"tlsDetails":{"tlsVersion":${text(tlsVersion)},"cipherSuite":${text(cipherSuite ?? "")},"clientProvidedHostHeader":${text(host)}}`;

function printMembers(kept: Event["request"]): string {
  if (kept === undefined) return "null";
  const printed: string[] = [];
  for (const name of kept.keep) {
    const member = JSON.stringify(keepable(kept.members[name]));
    if (member !== undefined) printed.push(`"${memberPath(name)}":${bounded(member)}`);
  }
  return printed.length === 0 ? "null" : `{${printed.join(",")}}`;
}

function bounded(member: string): string {
  if (fits(member)) return member;
  const bytes = utf8(member);
  return `{"omitted":${bytes.byteLength},"sha256":"${sha256Hex(bytes)}"}`;
}

const fits = (printed: string): boolean => isWithinBytes(printed, MEMBER_BYTES_MAX);

/** A member as CloudTrail writes it: names with a small first letter, times in words, and never any bytes. */
function keepable(value: unknown): unknown {
  if (value instanceof Uint8Array) return undefined;
  if (value instanceof Date) return printDate(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value)) return value.map(keepable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [memberPath(name), keepable(member)]));
}

const DATE_FORM = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

/** "Aug 10, 2022, 10:38:27 PM" */
const printDate = (date: Date): string => DATE_FORM.format(date).replaceAll("\u202f", " ");

/** The first record of an incarnation: whose store it is, why it began, and the head that it follows. */
export interface Beginning {
  readonly id: string;
  readonly time: number;
  /** The object's name. */
  readonly store: string;
  readonly account: string;
  readonly region: string;
  readonly eventSource: string;
  readonly incarnation: string;
  readonly cause: "created" | "trail ahead of the store";
  readonly follows: { readonly incarnation: string; readonly sequence: number; readonly hash: string } | null;
}

export function printBeginning({ store, incarnation, cause, follows, ...where }: Beginning): string {
  return printServiceEvent({
    ...where,
    name: "BeginIncarnation",
    details: { store, incarnation, cause, follows },
  });
}

/** What the service does unprompted: nobody called, so there is no request and no caller. */
export interface ServiceRecord {
  readonly id: string;
  readonly time: number;
  readonly account: string;
  readonly region: string;
  readonly eventSource: string;
  readonly name: string;
  readonly resource?: RecordedResource | undefined;
  readonly details: object | undefined;
}

export function printServiceEvent({ id, time, account, region, eventSource, name, resource, details }: ServiceRecord): string {
  return JSON.stringify({
    eventVersion: "1.11",
    userIdentity: { accountId: account, invokedBy: "AWS Internal" },
    eventTime: printTime(time),
    eventSource,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: "AWS Internal",
    userAgent: "AWS Internal",
    requestParameters: null,
    responseElements: null,
    eventID: id,
    readOnly: false,
    resources: resource === undefined ? undefined : [{ accountId: account, type: resource.type, ARN: resource.arn }],
    eventType: "AwsServiceEvent",
    managementEvent: true,
    recipientAccountId: account,
    serviceEventDetails: details,
    eventCategory: "Management",
  });
}
