// Every error code that the services can answer. Of those that KMS answers: the HTTP status, and the case of the message member. What the Query
// services answer for each stands in query-faults.ts. Source: AWS KMS API reference.

interface Fault {
  readonly status: number;
  readonly key: "message" | "Message";
}

const sender: Fault = { status: 400, key: "message" };

/** The API reference documents 404, 409 and 412 for some of these; the wire shows 400 for all of them. */
export const FAULTS = {
  AccessDeniedException: { status: 400, key: "Message" }, // AWS capitalises it here and nowhere explains why
  AlreadyExistsException: sender,
  ConflictException: sender,
  DependencyTimeoutException: { status: 503, key: "message" },
  DisabledException: sender,
  DryRunOperationException: sender,
  ExpiredImportTokenException: sender,
  IncompleteSignatureException: sender,
  IncorrectKeyException: sender,
  IncorrectKeyMaterialException: sender,
  InvalidArnException: sender,
  InvalidCiphertextException: sender,
  InvalidGrantTokenException: sender,
  InvalidImportTokenException: sender,
  InvalidKeyUsageException: sender,
  InvalidMarkerException: sender,
  InvalidSignatureException: sender,
  KMSInternalException: { status: 500, key: "message" },
  KMSInvalidMacException: sender,
  KMSInvalidSignatureException: sender,
  KMSInvalidStateException: sender,
  LimitExceededException: sender,
  MalformedPolicyDocumentException: sender,
  NotAuthorizedException: sender,
  MissingAuthenticationTokenException: sender,
  NotFoundException: sender,
  RequestEntityTooLargeException: { status: 413, key: "message" },
  SerializationException: sender,
  TagException: sender,
  ThrottlingException: sender,
  UnknownOperationException: sender,
  UnrecognizedClientException: sender,
  UnsupportedOperationException: sender,
  ValidationException: sender,
} as const satisfies Record<string, Fault>;

/** Codes of IAM and STS alone, as their wire has them. */
export type QueryCode = "DeleteConflict" | "EntityAlreadyExists" | "InvalidInput" | "MissingAction" | "NoSuchEntity";

export type JsonCode = keyof typeof FAULTS;
export type FaultCode = JsonCode | QueryCode;
