// What a decision costs inside workerd, without a call around it: the pipeline's own, on a store with one key, its policy and its grants. For the
// bench.

import { documentOf } from "../../src/authz/document.ts";
import { defaultPolicy } from "../../src/authz/key-policy.ts";
import type { View } from "../../src/authz/view.ts";
import { parseRootKeys } from "../../src/crypto/root-keys.ts";
import { admit } from "../../src/kms/call/admit.ts";
import { decide } from "../../src/kms/call/decide.ts";
import type { Readable } from "../../src/kms/call/visit.ts";
import { operation } from "../../src/kms/table.ts";
import { createWorld } from "../../src/kms/wiring.ts";
import type { World } from "../../src/kms/world.ts";
import { parseQuotas } from "../../src/limits/quotas.ts";
import { allow, policyOf, root, user, type Written } from "./identities.ts";

const ACCOUNT = "111122223333";
const REGION = "us-east-1";
const KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const CONTEXT = { purpose: "bench", tenant: "one" };
const [STATEMENTS, DOCUMENTS, GRANTS] = [20, 10, 50];
const MEASURED_MS = 300;
const WARM_UPS = 1000;

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Statements that speak of the call and whose condition fails, so that each is gone through to its end. */
const nearly = (at: number): Written =>
  allow(["kms:Decrypt", "kms:Encrypt"], { Condition: { StringLike: { "kms:EncryptionContext:tenant": `two-${at}-*` } } });
const denying = (at: number): Written => ({ ...nearly(at), Effect: "Deny" });
const named = (statement: Written): Written => ({ ...statement, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } });

const mixed = (at: number): Written => (at % 2 === 0 ? nearly(at) : denying(at));

/** A user with ten documents of a statement each; the last is this one. */
function userWith(last: Written): View {
  const alice = user(ACCOUNT, "alice");
  const identity = [...times(DOCUMENTS - 1, mixed), last].map((each) => documentOf(policyOf(each), "identity"));
  return { ...alice, documents: { ...alice.documents, identity } };
}

const manyStatements = policyOf(
  ...times(STATEMENTS - 1, (at) => named(mixed(at))),
  named(allow("kms:*")), // what the others leave open is the caller's own documents' to allow
);

/** Who calls, under which policy of the key, and whether a grant lets him. */
const CASES: Readonly<Record<string, { readonly policy: string; readonly caller: View; readonly isGranted: boolean }>> = {
  "root, default policy": { policy: defaultPolicy(ACCOUNT), caller: root(ACCOUNT), isGranted: false },
  "20 statements, 10 documents": {
    policy: manyStatements,
    caller: userWith(allow("kms:Encrypt")),
    isGranted: false,
  },
  "20 statements, 10 documents, 50 grants": {
    policy: manyStatements,
    caller: userWith(denying(DOCUMENTS)),
    isGranted: true,
  },
};

/** @returns microseconds that a decision takes, by case. Locally the clock goes on while code runs. */
export function decisionMicroseconds(storage: DurableObjectStorage, rootKeys: string): Readonly<Record<string, number>> {
  const world = worldOn(storage, rootKeys);
  return Object.fromEntries(Object.entries(CASES).map(([name, each]) => [name, measured(world, each)]));
}

type Case = (typeof CASES)[string];

function worldOn(storage: DurableObjectStorage, rootKeys: string): World {
  const world = createWorld({
    ...{ storage, name: `${ACCOUNT}/${REGION}`, rootKeys: parseRootKeys(rootKeys), quotas: parseQuotas(undefined) },
    ...{ guardrails: () => [], requestRates: () => undefined, identityStore: () => undefined as never },
    trail: undefined as never, // nothing is recorded
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    uuid: () => crypto.randomUUID(),
    after: () => () => undefined,
    log: () => undefined,
  });
  world.ensureSchema();
  return world;
}

function measured(world: World, each: Case): number {
  furnish(world, each);
  const visit = encrypting();
  admit(visit, each.caller, world);
  const work = (): void => decide(visit, each.caller, world);
  for (let count = 0; count < WARM_UPS; count++) work();
  const begin = Date.now();
  let count = 0;
  for (; Date.now() - begin < MEASURED_MS; count++) work();
  return ((Date.now() - begin) * 1000) / count;
}

/** Puts the key there, under the case's policy, with grants of the caller's own: all but the last are bound to other contexts. */
function furnish({ tables, storage, memory }: World, { policy, caller, isGranted }: Case): void {
  storage.transactionSync(() => {
    tables.grants.removeAllOf(KEY_ID);
    if (tables.keys.find(KEY_ID) !== undefined) tables.keys.remove(KEY_ID);
    tables.keys.insert({
      ...{ id: KEY_ID, spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", origin: "AWS_KMS", state: "Enabled", createdAt: 0 },
      ...{ description: "", multiRegion: false, policy, principals: new Map(), materialId: "", salt: new Uint8Array(64) },
    });
    for (let at = 0; isGranted && at < GRANTS; at++) {
      const pairs = new Map(Object.entries(at === GRANTS - 1 ? CONTEXT : { ...CONTEXT, tenant: `two-${at}` }));
      tables.grants.insert({
        ...{ keyId: KEY_ID, id: at.toString(16).padStart(64, "0"), name: undefined, issuer: ACCOUNT, createdAt: 0 },
        ...{ grantee: caller.arn, granteeId: caller.principal.uniqueId, retiring: undefined, retiringId: undefined },
        ...{ operations: ["Encrypt", "Decrypt"], constraint: { type: "EncryptionContextEquals", pairs } },
      });
    }
  });
  memory.settle();
}

function encrypting(): Readable {
  const op = operation("Encrypt");
  const body = JSON.stringify({ KeyId: KEY_ID, Plaintext: "AA==", EncryptionContext: CONTEXT });
  const request = op?.read?.(body);
  if (op === undefined || request === undefined) throw new Error("Encrypt is not built");
  const call = { passport: "", name: "Encrypt", body, requestId: "", sourceAddress: "", userAgent: "", host: "", receivedAt: 0 };
  return { call, op, request, who: undefined as never, identity: "" };
}
