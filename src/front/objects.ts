// Which object, and where: the caller's own, in the part of the namespace that its Region has; and how it is called.

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

/**
 * Calls the caller's own store. A refused passport is made anew once, because nothing has run then. No other call is repeated.
 * @throws Error where the store refuses the new passport too.
 */
export async function callKeyStore(
  env: Env,
  passports: PassportOffice,
  { account, accessKeyId, kind, region }: Caller,
  call: Omit<ObjectCall, "passport">,
): Promise<Answer> {
  const object = `${account}/${region}`;
  const bearer = { object, kind, account, principal: kind === "root" ? rootArn(PARTITION, account) : "", accessKeyId };
  const ask = (passport: string): Promise<Reply> => regionalKeyStore(env, object, region).kms({ ...call, passport });
  const answer =
    (await ask(passports.held(bearer, call.receivedAt) ?? (await passports.make(bearer, call.receivedAt)))) ??
    (await ask(await passports.make(bearer, call.receivedAt)));
  if (answer === null) throw new Error(`the store ${object} refuses our passports`);
  return answer;
}
