// AWS JSON 1.1: the operation's name in, documents out. Source: the awsJson1_1 protocol of Smithy.

import type { ApiError, Outcome, Protocol } from "./api-error.ts";
import { type Bytes, isWithinBytes } from "./bytes.ts";
import { FAULTS, type FaultCode, type JsonCode } from "./faults.ts";
import { shown } from "./shown.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";
/** A refusal must not be longer than what it refuses. */
const REFUSAL_BYTES_MAX = 64 * 1024;
const TARGET_PREFIX = "TrentService.";

/** The operation that an X-Amz-Target names; "" where it names none of this service. */
export const operationName = (target: string | null): string =>
  target?.startsWith(TARGET_PREFIX) === true ? target.slice(TARGET_PREFIX.length) : "";

/** A value as it stands in a document: blobs base64, times epoch seconds with milliseconds, absent members left out. */
function printable(value: unknown): unknown {
  if (value instanceof Uint8Array) return (value as Bytes).toBase64();
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(printable);
  if (value === null || typeof value !== "object") return value;
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) if (member !== undefined) members[name] = printable(member);
  return members;
}

const success = (output: object | undefined): string => (output === undefined ? "" : JSON.stringify(printable(output)));

const isOfJson = (code: FaultCode): code is JsonCode => Object.hasOwn(FAULTS, code);

/** The answer of a refusal. A message without text is absent, as AWS leaves it. A code of another protocol is a fault of ours. */
function failure({ code: given, message: words }: ApiError, requestId: string): Outcome {
  const [code, message] = isOfJson(given) ? [given, words] : (["KMSInternalException", ""] as const);
  const { status, key } = FAULTS[code];
  const printed = (text: string): string => JSON.stringify(text === "" ? { __type: code } : { __type: code, [key]: text });
  const whole = printed(message);
  return {
    status,
    type: CONTENT_TYPE,
    body: isWithinBytes(whole, REFUSAL_BYTES_MAX) ? whole : printed(shown(message)),
    requestId,
  };
}

export const awsJson: Protocol = { type: CONTENT_TYPE, success, failure };
