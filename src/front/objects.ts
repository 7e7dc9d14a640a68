// Which object, and where: the caller's own store, in the part of the namespace that its Region has, or its account's IdentityStore; and
// how it is called.

import type { ObjectCall, Reply } from "../durable/call.ts";
import type { PassportOffice } from "../durable/passport-office.ts";
import type { Env } from "../env.ts";
import type { Answer } from "../wire/api-error.ts";
import { rootArn } from "../wire/arn.ts";
import { namespaceOf, PARTITION, regionOf } from "../wire/regions.ts";
import type { Caller } from "./authenticate.ts";

interface RegionalKeyStoreStub {
  kms(call: ObjectCall): Promise<Reply>;
}

/** The one place that knows the stub's type: RPC's own typing loses the union. A stub belongs to its request. */
function regionalKeyStore({ REGIONAL_KEY_STORE, JURISDICTIONS }: Env, name: string, region: string): RegionalKeyStoreStub {
  const namespace = namespaceOf(REGIONAL_KEY_STORE, region, JURISDICTIONS);
  return namespace.getByName(name, { locationHint: regionOf(region).hint }) as unknown as RegionalKeyStoreStub;
}

/** The services that an account's IdentityStore answers for. */
export type IdentityService = "iam" | "sts";

type IdentityStoreStub = Readonly<Record<IdentityService, (call: ObjectCall) => Promise<Reply>>>;

/** It serves all Regions of its account, so no Region says where it lies. */
const identityStore = ({ IDENTITY_STORE }: Env, account: string): IdentityStoreStub =>
  IDENTITY_STORE.getByName(account) as unknown as IdentityStoreStub;

type Call = Omit<ObjectCall, "passport">;

/** Calls the caller's own store. @throws Error where it refuses a new passport too. */
export function callKeyStore(env: Env, passports: PassportOffice, caller: Caller, call: Call): Promise<Answer> {
  const { account, region } = caller;
  const object = `${account}/${region}`;
  return asked(object, passports, caller, call.receivedAt, (passport) =>
    regionalKeyStore(env, object, region).kms({ ...call, passport }),
  );
}

/** Calls a service of the IdentityStore of the caller's own account. @throws Error where it refuses a new passport too. */
export function callIdentityStore(
  env: Env,
  passports: PassportOffice,
  caller: Caller,
  service: IdentityService,
  call: Call,
): Promise<Answer> {
  const { account } = caller;
  return asked(account, passports, caller, call.receivedAt, (passport) =>
    identityStore(env, account)[service]({ ...call, passport }),
  );
}

/** @throws Error where the object refuses our passports. */
async function asked(
  object: string,
  passports: PassportOffice,
  { account, accessKeyId, kind }: Caller,
  receivedAt: number,
  ask: (passport: string) => Promise<Reply>,
): Promise<Answer> {
  const bearer = { object, kind, account, principal: kind === "root" ? rootArn(PARTITION, account) : "", accessKeyId };
  const answer = await passports.present(bearer, receivedAt, ask);
  if (answer === null) throw new Error(`the store ${object} refuses our passports`);
  return answer;
}
