// The two services that an IdentityStore serves: their operations, their protocol, and what their records say.

import type { Protocol } from "../wire/api-error.ts";
import { IAM_PROTOCOL, STS_PROTOCOL } from "../wire/query-xml.ts";
import type { Operation } from "./operation.ts";
import { IAM_OPERATIONS, STS_OPERATIONS } from "./table.ts";

export interface Service {
  /** Before the colon of its actions. */
  readonly name: "iam" | "sts";
  readonly version: string;
  readonly eventSource: string;
  readonly protocol: Protocol;
  /** The row of an operation. A name from outside selects; it never reaches a prototype. */
  operation(name: string): Operation | undefined;
}

const among =
  (table: Readonly<Record<string, Operation>>) =>
  (name: string): Operation | undefined =>
    Object.hasOwn(table, name) ? table[name] : undefined;

export const IAM: Service = {
  name: "iam",
  version: "2010-05-08",
  eventSource: "iam.amazonaws.com",
  protocol: IAM_PROTOCOL,
  operation: among(IAM_OPERATIONS),
};

export const STS: Service = {
  name: "sts",
  version: "2011-06-15",
  eventSource: "sts.amazonaws.com",
  protocol: STS_PROTOCOL,
  operation: among(STS_OPERATIONS),
};
