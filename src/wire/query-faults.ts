// What IAM and STS answer for each error code: the code as their wire has it, and the HTTP status. Sources: IAM and STS API references, "Common
// error types" and the errors of each operation.

import type { FaultCode } from "./faults.ts";

export interface QueryFault {
  readonly code: string;
  readonly status: number;
}

const fault = (code: string, status = 400): QueryFault => ({ code, status });
/** What only KMS says: in a Query service it would be a fault of ours. */
const ours = fault("InternalFailure", 500);

export const QUERY_FAULTS: Readonly<Record<FaultCode, QueryFault>> = {
  AccessDeniedException: fault("AccessDenied", 403),
  AlreadyExistsException: fault("EntityAlreadyExists", 409),
  ConflictException: ours,
  DeleteConflict: fault("DeleteConflict", 409),
  DependencyTimeoutException: fault("ServiceUnavailable", 503),
  DisabledException: ours,
  DryRunOperationException: ours,
  EntityAlreadyExists: fault("EntityAlreadyExists", 409),
  ExpiredImportTokenException: ours,
  IncompleteSignatureException: fault("IncompleteSignature"),
  IncorrectKeyException: ours,
  IncorrectKeyMaterialException: ours,
  InvalidArnException: fault("ValidationError"),
  InvalidCiphertextException: ours,
  InvalidGrantTokenException: ours,
  InvalidImportTokenException: ours,
  InvalidInput: fault("InvalidInput"),
  InvalidKeyUsageException: ours,
  InvalidMarkerException: fault("ValidationError"),
  InvalidSignatureException: fault("SignatureDoesNotMatch", 403),
  KMSInternalException: ours,
  KMSInvalidMacException: ours,
  KMSInvalidSignatureException: ours,
  KMSInvalidStateException: ours,
  LimitExceededException: fault("LimitExceeded", 409),
  MalformedPolicyDocumentException: fault("MalformedPolicyDocument"),
  MissingAction: fault("MissingAction"),
  MissingAuthenticationTokenException: fault("MissingAuthenticationToken", 403),
  NoSuchEntity: fault("NoSuchEntity", 404),
  NotAuthorizedException: ours,
  NotFoundException: fault("NoSuchEntity", 404),
  RequestEntityTooLargeException: fault("RequestEntityTooLarge", 413),
  SerializationException: fault("MalformedInput"),
  TagException: fault("InvalidInput"),
  ThrottlingException: fault("Throttling"),
  UnknownOperationException: fault("InvalidAction"),
  UnrecognizedClientException: fault("InvalidClientTokenId", 403),
  UnsupportedOperationException: fault("InvalidAction"),
  ValidationException: fault("ValidationError"),
};
