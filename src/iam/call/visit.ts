// What is known of a call so far. One record goes through all stages: each adds to it, the audit record is printed from it, and a refusal is
// recorded with as much as had been found out.

import type { View } from "../../authz/view.ts";
import type { ObjectCall } from "../../durable/call.ts";
import type { Who } from "../../durable/passport-control.ts";
import type { Holder } from "../../wire/views.ts";
import type { Operation, Request } from "../operation.ts";
import type { Service } from "../services.ts";

export interface Visit {
  readonly call: ObjectCall;
  readonly who: Who;
  readonly service: Service;
  /** The operation's name; "" where the form names none. */
  action: string;
  /** The row of the operation; undefined where the form names none. */
  op?: Operation;
  /** The decoded input. */
  request?: Request;
  /** CloudTrail's userIdentity, printed: with the holder, once that is known. */
  identity: string;
  /** The change counter as it stood when the call was admitted. */
  admittedAt?: number;
  /** Whether the call has been admitted, and has spent its tokens. */
  paid?: boolean;
}

/** A call whose input has been read. */
export interface Readable extends Visit {
  op: Operation;
  request: Request;
}

/** Who calls and what bears on him, as it stands in this turn. */
export interface Standing {
  readonly holder: Holder;
  readonly view: View;
}
