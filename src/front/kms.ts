// KMS over HTTP: AWS JSON, the operation's name in a header that is signed; the caller's store in the Region of the signature.

import { awsJson, operationName } from "../wire/aws-json.ts";
import { isRegion } from "../wire/regions.ts";
import { callKeyStore } from "./objects.ts";
import type { Service } from "./service.ts";

export const KMS: Service = {
  name: "kms",
  protocol: awsJson,
  isRegion,
  isCall: () => true,
  operationName: (headers) => operationName(headers.get("x-amz-target") ?? null),
  call: callKeyStore,
};
