// Which service a request is for, and the refusal of one that is not served, in a form that its clients can read.

import { type ErrorForm, unsupported } from "../wire/unsupported.ts";
import { isForm } from "./request.ts";

const NAME = /^[a-z0-9-]{1,64}$/;
const KMS = "kms";
const STS = "sts";
const KMS_TARGET = "TrentService.";

/** Not a status that clients try again, nor one that an S3 client takes for "no such object". */
const STATUS = 400;

const QUERY = new Set([
  "autoscaling",
  "cloudformation",
  "cloudfront",
  "cloudsearch",
  "elasticache",
  "elasticbeanstalk",
  "elasticloadbalancing",
  "importexport",
  "rds",
  "redshift",
  "route53",
  "sdb",
  "ses",
  "sns",
  "sqs",
]);
const S3 = /^s3(?:$|-|express$)/;

/**
 * @returns the name of the service that a request is for, whether it is served or not; "unknown" for a name that is none of AWS's
 * form. It is KMS for KMS's operations under any scope; where no service is named, STS for a form and KMS for all else.
 */
export function serviceOf({ headers, url }: Request): string {
  if (headers.get("x-amz-target")?.startsWith(KMS_TARGET) === true) return KMS;
  const authorization = headers.get("authorization");
  const service = authorization === null ? signedInQuery(url) : signedInHeader(authorization);
  if (service !== undefined) return NAME.test(service) ? service : "unknown";
  return isForm(headers) ? STS : KMS;
}

/** The service of a credential's scope: the last name but one, in Signature Version 4 as in 4a, which names no Region. */
function serviceOfScope(credential: string | undefined): string | undefined {
  const parts = credential?.split("/", SCOPE_PARTS_MAX) ?? [];
  return parts.length >= SCOPE_PARTS_MAX - 2 ? parts.at(-2) : undefined;
}

const SCOPE_PARTS_MAX = 6;

function signedInHeader(authorization: string): string | undefined {
  if (/^AWS [^:]+:/.test(authorization)) return "s3"; // Signature Version 2, which S3 alone takes in this header
  return serviceOfScope(/[ ,]Credential=([^\s,=]*)/.exec(authorization)?.[1]);
}

function signedInQuery(url: string): string | undefined {
  const [, credential] = /[?&]X-Amz-Credential=([^&#=]*)/i.exec(url) ?? [];
  return serviceOfScope(credential?.replaceAll(/%2f/gi, "/"));
}

/** A request shows which protocol it speaks; where it does not, its service does. */
function formOf({ headers }: Request, service: string): ErrorForm {
  if (headers.get("smithy-protocol") === "rpc-v2-cbor") return "cbor";
  if (headers.has("x-amz-target")) return "json";
  if (service === "ec2") return "ec2";
  if (S3.test(service)) return "s3";
  return isForm(headers) || QUERY.has(service) ? "query" : "json";
}

/** The refusal of a request for a service that is not served. The request's body is not read. */
export function refuseService(request: Request, service: string, requestId: string): Response {
  const message = `Edgekeep serves AWS KMS, IAM and STS; the service of this request (${service}) is not served here.`;
  const { type, body, headers } = unsupported(formOf(request, service), message, requestId);
  return new Response(request.method === "HEAD" ? null : body, { status: STATUS, headers: { "content-type": type, ...headers } });
}
