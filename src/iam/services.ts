// The two services that an IdentityStore serves: their operations, their protocol, and what their records say.

import { IAM_PROTOCOL, type QueryProtocol, STS_PROTOCOL } from "../wire/query-xml.ts";
import type { Operation } from "./operation.ts";
import { IAM_OPERATIONS, STS_OPERATIONS } from "./table.ts";

export interface Service {
  /** Before the colon of its actions. */
  readonly name: "iam" | "sts";
  readonly eventSource: string;
  readonly protocol: QueryProtocol;
  /** The row of an operation. A name from outside selects; it never reaches a prototype. */
  operation(name: string): Operation | undefined;
}

const among =
  (table: Readonly<Record<string, Operation>>) =>
  (name: string): Operation | undefined =>
    Object.hasOwn(table, name) ? table[name] : undefined;

export const IAM: Service = {
  name: "iam",
  eventSource: "iam.amazonaws.com",
  protocol: IAM_PROTOCOL,
  operation: among(IAM_OPERATIONS),
};

export const STS: Service = {
  name: "sts",
  eventSource: "sts.amazonaws.com",
  protocol: STS_PROTOCOL,
  operation: among(STS_OPERATIONS),
};
