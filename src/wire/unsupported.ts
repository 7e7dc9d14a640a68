// The refusal of a service that is not served, in the form that its clients read: JSON, CBOR, or one of AWS's three kinds of XML.
// Sources: Smithy's AWS protocols (awsJson, restJson1, rpcv2Cbor, awsQuery, ec2Query, restXml) and the S3 API reference.

import { type Bytes, concat, utf8 } from "./bytes.ts";
import { xmlText } from "./xml-text.ts";

export type ErrorForm = "json" | "cbor" | "query" | "ec2" | "s3";

export interface ErrorDocument {
  readonly type: string;
  readonly body: string | Bytes;
  /** Headers that the form has besides its type. */
  readonly headers: Readonly<Record<string, string>>;
}

const CODE = "UnsupportedOperation";
const EXCEPTION = `${CODE}Exception`; // as the JSON services spell their codes

export function unsupported(form: ErrorForm, message: string, requestId: string): ErrorDocument {
  return FORMS[form](message, requestId);
}

const FORMS: Readonly<Record<ErrorForm, (message: string, requestId: string) => ErrorDocument>> = {
  json: (message, requestId) => ({
    type: "application/json",
    body: JSON.stringify({ __type: EXCEPTION, message }),
    headers: { "x-amzn-requestid": requestId, "x-amzn-errortype": EXCEPTION },
  }),
  cbor: (message, requestId) => ({
    type: "application/cbor",
    body: cborMap({ __type: EXCEPTION, message }),
    headers: { "x-amzn-requestid": requestId, "smithy-protocol": "rpc-v2-cbor" },
  }),
  query: (message, requestId) =>
    xml(
      `<ErrorResponse><Error><Type>Sender</Type>${codeAnd(message)}</Error><RequestId>${xmlText(requestId)}</RequestId></ErrorResponse>`,
      { "x-amzn-requestid": requestId },
    ),
  ec2: (message, requestId) =>
    xml(`<Response><Errors><Error>${codeAnd(message)}</Error></Errors><RequestID>${xmlText(requestId)}</RequestID></Response>`, {
      "x-amzn-requestid": requestId,
    }),
  s3: (message, requestId) =>
    xml(`<Error>${codeAnd(message)}<RequestId>${xmlText(requestId)}</RequestId></Error>`, { "x-amz-request-id": requestId }),
};

const xml = (document: string, headers: Readonly<Record<string, string>>): ErrorDocument => ({
  type: "text/xml",
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${document}`,
  headers,
});

const codeAnd = (message: string): string => `<Code>${CODE}</Code><Message>${xmlText(message)}</Message>`;

/** A map of texts (RFC 8949): at most 23 members, texts of less than 64 KiB. */
function cborMap(members: Readonly<Record<string, string>>): Bytes {
  const entries = Object.entries(members);
  return concat(Uint8Array.of(0xa0 | entries.length), ...entries.flat().map(cborText));
}

function cborText(text: string): Bytes {
  const bytes = utf8(text);
  return concat(Uint8Array.of(0x79, bytes.byteLength >> 8, bytes.byteLength & 0xff), bytes);
}
