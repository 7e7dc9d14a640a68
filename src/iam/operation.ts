// The types of a row, a handler and a call of IAM and STS: how the table holds any operation without losing its types.

import type { Markers } from "../durable/page-markers.ts";
import type { Effect } from "../durable/room.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { Bytes } from "../wire/bytes.ts";
import { decodeForm } from "../wire/query.ts";
import type { Parameters } from "../wire/query-form.ts";
import type { Structure } from "../wire/shape.ts";
import type { Holder } from "../wire/views.ts";
import type { EntityKind } from "./tables/entities.ts";
import type { Reads, Writes } from "./tables/tables.ts";
import type { Trusted } from "./trusted.ts";

/** What an operation acts on, as its input names it: a call is decided by its ARN. */
export type Target =
  /** All of the account: `*`. */
  | { readonly kind: "account" }
  /** `name` undefined: the caller's own user. `path`: of one that is to be made, which need not be there. */
  | { readonly kind: EntityKind; readonly name: string | undefined; readonly path?: string }
  /** What is to have another name or path; without one, its own. */
  | {
      readonly kind: "moved";
      readonly of: EntityKind;
      readonly from: string;
      readonly name: string;
      readonly path: string | undefined;
    }
  /** A managed policy, as it is named. */
  | { readonly kind: "policy"; readonly arn: string }
  /** A managed policy that is to be made. */
  | { readonly kind: "new policy"; readonly name: string; readonly path: string };

/** Condition keys that an operation has besides those of every call; "/" begins many. */
export type ConditionKey = "iam:PolicyARN" | "iam:PermissionsBoundary" | "aws:RequestTag/" | "aws:TagKeys";

/** What the record of a call keeps: members of the request, and of the answer, in the order in which they are printed. */
export interface Kept {
  readonly request: readonly string[];
  readonly answer: readonly string[];
}

export interface Facts {
  readonly effect: Effect;
  readonly conditions: readonly ConditionKey[];
  readonly kept: Kept;
}

/** A document's members; not `object`, so that neither a promise nor a function passes for one. */
export type Output = Readonly<Record<string, unknown>>;

/** `output` absent: the operation has no output shape. */
export interface Computed {
  readonly output?: Output;
  /** What the record shows of the answer in place of the output, where that holds a secret. */
  readonly recorded?: Output;
}

/**
 * Makes the change, in the turn of the commit. Undefined: what the handler computed no longer fits, nothing has been changed, and the call begins
 * again. @throws ApiError for what only the commit can know.
 */
export type Commit = (writes: Writes) => Computed | undefined;

/** A handler computes; if something must change, it answers with the change instead of making it. */
export type Result = Computed | Commit;

/** What a handler is given: read-only views, and no way to change anything. */
export interface Call {
  /** 12 digits. */
  readonly account: string;
  /** Who calls. */
  readonly caller: Holder;
  readonly reads: Reads;
  readonly quotas: Quotas;
  readonly markers: Markers;
  /** Whom trust policies name. */
  readonly trusted: Trusted;
  now(): number;
  random(bytes: number): Bytes;
  /** The access key of a serial, with its secret. */
  accessKey(serial: number): Promise<NewAccessKey>;
}

export interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A schema and the function that accepts exactly what the schema decodes. */
export interface Handler<In> {
  readonly input: Structure<In>;
  readonly run: (input: In, call: Call) => Result | Promise<Result>;
}

export const accepts = <In>(input: Structure<In>, run: Handler<In>["run"]): Handler<In> => ({ input, run });

/** One decoded request. */
export interface Request {
  /** The members, decoded, with their defaults. */
  readonly members: Readonly<Record<string, unknown>>;
  /** The call must be allowed on each. */
  readonly targets: readonly Target[];
  run(call: Call): Result | Promise<Result>;
}

/** A row of the table with its input type closed over, so that the pipeline can hold any of them. */
export interface Operation extends Facts {
  readonly input: Structure<unknown>;
  /** @throws ApiError SerializationException, ValidationException. */
  readonly read: (parameters: Parameters) => Request;
}

const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");

/** What a record keeps: names of members, separated by spaces. What is not named is absent from every record. */
export const keeps = (request = "", answer = ""): Kept => ({ request: words(request), answer: words(answer) });

/** A row of the table. */
export function row<In extends object>(
  handler: Handler<In>,
  actsOn: (input: In) => readonly Target[],
  effect: Effect,
  kept: Kept,
  ...conditions: readonly ConditionKey[]
): Operation {
  return {
    effect,
    kept,
    conditions,
    input: handler.input as Structure<unknown>,
    read(parameters) {
      const input = decodeForm(handler.input, parameters);
      return { members: { ...input } as Output, targets: actsOn(input), run: (call) => handler.run(input, call) };
    },
  };
}
