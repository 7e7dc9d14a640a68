// What is known of a call so far. One record goes through all stages: each adds to it, the audit record is printed from it, and a
// refusal is recorded with as much as had been found out.

import type { ObjectCall } from "../../durable/call.ts";
import type { Who } from "../../durable/passport-control.ts";
import type { Ciphertext } from "../../keyring/ciphertext.ts";
import type { Key } from "../../keyring/key.ts";
import type { Operation, Request, Resource } from "../operation.ts";
import type { StoredGrant } from "../tables/grants.ts";

/** A resource that was found. */
export interface Located {
  readonly resource: Resource;
  readonly arn: string;
  /** Of an alias, the key that it points at, if it is there. */
  readonly key: Key | undefined;
  /** A grant that is to be retired. */
  readonly grant?: StoredGrant;
}

export interface Visit {
  readonly call: ObjectCall;
  readonly who: Who;
  /** Whom records name: CloudTrail's userIdentity, printed. As the passport tells until there is a view. */
  identity: string;
  /** The row of the operation; undefined where the call names none. */
  readonly op: Operation | undefined;
  /** The decoded input. */
  request?: Request;
  /** What has been found of what the call acts on, in the order of the request's resources. */
  located?: readonly Located[];
  /** What a ciphertext in the request says of itself, once its key is known. */
  ciphertext?: Ciphertext;
  /** The change counter as it stood when the call was admitted. */
  admittedAt?: number;
  /** Whether the call has been admitted, and has spent the tokens of its class. */
  paid?: boolean;
  /** A key that the call has made. */
  made?: Key;
  /** Additional data of the record. */
  noted?: Readonly<Record<string, string | undefined>>;
}

/** A call whose input has been read. */
export interface Readable extends Visit {
  readonly op: Operation;
  request: Request;
}

/** The keys that a call acts on, without those that aliases only point at. */
export const actedOn = ({ located = [] }: Visit): Key[] =>
  located.flatMap(({ resource, key }) => (resource.kind === "alias" || key === undefined ? [] : [key]));
