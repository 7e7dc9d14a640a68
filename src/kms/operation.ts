// The types of a row, a handler and a call: how the table holds any operation without losing its types.

import type { ServiceEvent } from "../durable/own-change.ts";
import type { Markers } from "../durable/page-markers.ts";
import type { Effect } from "../durable/room.ts";
import type { Ciphertext } from "../keyring/ciphertext.ts";
import { parseGrantToken } from "../keyring/grant-token.ts";
import type { ImportTokens } from "../keyring/import-token.ts";
import type { Key, KeyState, KeyUsage, Origin } from "../keyring/key.ts";
import type { Keyring } from "../keyring/keyring.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { RateClass } from "../limits/rates.ts";
import { ApiError } from "../wire/api-error.ts";
import type { Bytes } from "../wire/bytes.ts";
import { decode, type Structure } from "../wire/shape.ts";
import type { Conditions } from "./condition-keys.ts";
import type { CompiledPolicy } from "./key-policies.ts";
import type { Principals } from "./principals.ts";
import type { Reads, Writes } from "./tables/tables.ts";

/** Who decides about a call: on what the decision rests, whether another account may, whether a grant may give it. */
export type Decider = "account" | "owner" | "neighbour" | "grantee" | "retirer";

/** Something an operation acts on, as its input names it. */
export type Resource =
  /** `isAsked` false: it is looked up, and no permission on it is needed. */
  | { readonly kind: "key"; readonly id: string; readonly aliases: boolean; readonly action?: string; readonly isAsked?: false }
  | {
      readonly kind: "ciphertext";
      readonly ciphertext: Ciphertext | undefined;
      readonly id: string | undefined;
      readonly action?: string;
    }
  /** A grant that is to be retired: the grant itself decides. */
  | { readonly kind: "grant"; readonly keyId: string; readonly grantId: string }
  /** Whoever may retire grants, by his ARN. */
  | { readonly kind: "principal"; readonly arn: string; readonly action?: string }
  /** All of the account: `*`. */
  | { readonly kind: "account"; readonly action?: string }
  /** `isNew`: it need not be there. */
  | { readonly kind: "alias"; readonly name: string; readonly isNew: boolean };

export type States = readonly KeyState[];

/** Which keys an operation takes. */
export interface KeysOf {
  readonly usage?: KeyUsage;
  /** Of which origin the key must be, of which spec, or a pair; checked behind the state, unless it says otherwise. */
  readonly kind?: {
    readonly origins?: readonly Origin[];
    readonly spec?: string;
    readonly isPair?: true;
    readonly beforeState?: true;
  };
}

/** Everything the pipeline must know to guard an operation. */
export interface Facts extends KeysOf {
  readonly decider: Decider;
  /** Undefined: in every state. */
  readonly states: States | undefined;
  readonly conditions: Conditions | undefined;
  readonly effect: Effect;
  readonly rate: RateClass;
}

/** A document's members; not `object`, so that neither a promise nor a function passes for one. */
export type Output = Readonly<Record<string, unknown>>;

/** What a change has brought about. */
export interface Changed {
  /** Absent: the operation has no output shape, its answer is an empty body. */
  readonly output?: Output;
  /** A key that was not there before. */
  readonly made?: Key;
  /** Additional data of the record, by its name there. */
  readonly noted?: Computed["noted"];
  /** What the service did of its own behind this call, for records of their own. */
  readonly events?: readonly ServiceEvent[];
}

/** What can only be decided in the commit, under the view that is in force then. */
export interface Rulings {
  /** Whether the caller could put another policy of a key in place if this one were its policy. Grants have no say. */
  mayPutPolicy(key: Key, policy: CompiledPolicy): boolean;
}

/** Makes the change, in the turn of the commit. */
export type Commit = (writes: Writes, rulings: Rulings) => Changed;

/** What an operation of the key's material leaves for the record besides its members. */
export interface Computed {
  readonly output: Output;
  /** Additional data of the record, by its name there; what is undefined is left out. */
  readonly noted?: Readonly<Record<string, string | undefined>>;
}

/** A handler computes; if something must change, it answers with the change instead of making it. */
export type Result = Computed | Commit;

/** What a handler is given: read-only views, and no way to change anything. */
export interface Call {
  readonly account: string;
  readonly region: string;
  /** The key that the operation acts on. @throws Error where it acts on none. */
  readonly key: Key;
  /** The second key that it acts on. @throws Error where it acts on one only. */
  readonly destination: Key;
  /** The key that the alias it acts on points at. */
  readonly aliased: Key | undefined;
  readonly quotas: Quotas;
  /** What a ciphertext in the request says of itself. */
  readonly ciphertext: Ciphertext | undefined;
  readonly keyring: Omit<Keyring, "drop" | "dropAll">;
  readonly importTokens: ImportTokens;
  readonly principals: Principals;
  readonly reads: Reads;
  readonly markers: Markers;
  now(): number;
  random(bytes: number): Bytes;
  /** A random UUID. */
  uuid(): string;
}

/** A schema and the function that accepts exactly what the schema decodes. */
export interface Handler<In> {
  readonly input: Structure<In>;
  readonly run: (input: In, call: Call) => Result | Promise<Result>;
  /** Defaults that depend on other members, as records and conditions see them. */
  readonly fill?: ((input: In) => Output) | undefined;
}

export const accepts = <In>(input: Structure<In>, run: Handler<In>["run"], fill?: (input: In) => Output): Handler<In> => ({
  input,
  run,
  fill,
});

/** One decoded request. */
export interface Request {
  /** The members as they stand in the record: decoded, with the defaults that apply. */
  readonly recorded: Readonly<Record<string, unknown>>;
  /** The members as the schema has decoded them: without the defaults that records alone show. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
  readonly dryRun: boolean;
  run(call: Call): Result | Promise<Result>;
}

/** A row of the table with its input type closed over, so that the pipeline can hold any of them. */
export interface Operation extends Facts {
  /** The schema; absent where the operation is not built yet. */
  readonly input?: Structure<unknown>;
  /** @throws ApiError SerializationException, ValidationException. Absent where the operation is not built yet. */
  readonly read?: (body: string) => Request;
}

/** The columns that every row has. One that asks for nothing is undefined. */
type Columns = readonly [
  decider: Decider,
  states: States | undefined,
  of: KeysOf | undefined,
  conditions: Conditions | undefined,
  effect: Effect,
  rate: RateClass,
];

const factsOf = (...[decider, states, of, conditions, effect, rate]: Columns): Facts => ({
  decider,
  states,
  ...of,
  conditions,
  effect,
  rate,
});

/** Tokens have to be of their form; what they name decides nothing. @throws ApiError InvalidGrantTokenException. */
function requireGrantTokens(tokens: readonly string[] = []): void {
  if (tokens.some((token) => parseGrantToken(token) === undefined)) throw new ApiError("InvalidGrantTokenException");
}

/** A row of the table. */
export function row<In extends object>(
  handler: Handler<In>,
  actsOn: (input: In) => readonly Resource[],
  ...columns: Columns
): Operation {
  return {
    ...factsOf(...columns),
    input: handler.input as Structure<unknown>,
    read(body) {
      const input = decode(handler.input, body);
      if ("GrantTokens" in input) requireGrantTokens(input.GrantTokens as readonly string[] | undefined);
      const dryRun = "DryRun" in input && input.DryRun === true;
      const recorded = { ...input, ...handler.fill?.(input) };
      const given = { ...input } as Readonly<Record<string, unknown>>;
      return { recorded, given, resources: actsOn(input), dryRun, run: (call) => handler.run(input, call) };
    },
  };
}

/** A row that is not built yet: its facts stand, a call of it is answered that it is not available. */
export const planned = (_actsOn: undefined, ...columns: Columns): Operation => factsOf(...columns);
