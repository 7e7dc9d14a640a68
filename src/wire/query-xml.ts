// AWS Query: answers and refusals as XML. Sources: the awsQuery protocol of Smithy, IAM and STS API references.

import type { ApiError, Outcome, Protocol } from "./api-error.ts";
import { type Bytes, isWithinBytes } from "./bytes.ts";
import type { FaultCode } from "./faults.ts";
import { QUERY_FAULTS } from "./query-faults.ts";
import { shown } from "./shown.ts";
import { xmlText } from "./xml-text.ts";

const CONTENT_TYPE = "text/xml";
/** A refusal must not be longer than what it refuses. */
const REFUSAL_BYTES_MAX = 64 * 1024;

/** What these services say otherwise than KMS, whatever the refusal itself says. */
const TEXTS: Readonly<Partial<Record<FaultCode, string>>> = {
  MissingAuthenticationTokenException: "Request is missing Authentication Token",
};
const INTERNAL_FAILURE = "The request processing has failed because of an unknown error, exception or failure.";

/** A policy document: answers have it percent-encoded, as nothing else is. */
export class PolicyText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** RFC 3986 §2.3: everything but unreserved characters. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A value between its tags: members in the order given, absent ones left out; lists by `member`, maps by `entry`, times in whole seconds, blobs base64. */
function content(value: unknown): string {
  if (value instanceof PolicyText) return percentEncoded(value.text);
  if (value instanceof Uint8Array) return (value as Bytes).toBase64();
  if (value instanceof Date) return value.toISOString().replace(/\.\d{3}Z$/, "Z");
  if (Array.isArray(value)) return value.map((item) => element("member", item)).join("");
  if (value instanceof Map) return [...value].map(([key, item]) => element("entry", { key, value: item })).join("");
  if (value === null || typeof value !== "object") return xmlText(String(value));
  return Object.entries(value)
    .map(([name, member]) => (member === undefined ? "" : element(name, member)))
    .join("");
}

/** Tags are names of AWS's own. */
const element = (tag: string, value: unknown): string => `<${tag}>${content(value)}</${tag}>`;

/** The code and status of a refusal, and its text: what is a fault of ours says nothing but that. */
function told({ code: given, message }: ApiError): { readonly code: string; readonly status: number; readonly text: string } {
  const { code, status } = QUERY_FAULTS[given];
  return { code, status, text: status === 500 ? INTERNAL_FAILURE : (TEXTS[given] ?? message) };
}

/** How the services of a namespace print their answers. */
export function awsQuery(namespace: string): Protocol {
  return {
    type: CONTENT_TYPE,
    success(output, operation, requestId) {
      const result = output === undefined ? "" : element(`${operation}Result`, output);
      const metadata = element("ResponseMetadata", { RequestId: requestId });
      return `<${operation}Response xmlns="${namespace}">${result}${metadata}</${operation}Response>`;
    },
    failure(error, requestId): Outcome {
      const { code, status, text } = told(error);
      const printed = (Message: string): string => {
        const Type = status < 500 ? "Sender" : "Receiver";
        const members = { Error: { Type, Code: code, Message: Message === "" ? undefined : Message }, RequestId: requestId };
        return `<ErrorResponse xmlns="${namespace}">${content(members)}</ErrorResponse>`;
      };
      const whole = printed(text);
      const body = isWithinBytes(whole, REFUSAL_BYTES_MAX) ? whole : printed(shown(text));
      return { status, type: CONTENT_TYPE, body, requestId };
    },
  };
}

/** A Query service's protocol, and the one version of the API that it speaks. */
export interface QueryProtocol extends Protocol {
  readonly version: string;
}

const versioned = (service: string, version: string): QueryProtocol => ({
  ...awsQuery(`https://${service}.amazonaws.com/doc/${version}/`),
  version,
});

export const IAM_PROTOCOL = versioned("iam", "2010-05-08");
export const STS_PROTOCOL = versioned("sts", "2011-06-15");
