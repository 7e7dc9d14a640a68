// The Durable Object: one Region of one account. Its RPC surface, its alarm, the construction of its world. No logic.

import { DurableObject } from "cloudflare:workers";
import { d1Trail } from "../audit/trail.ts";
import { parseGuardrails } from "../authz/guardrails.ts";
import { parseRootKeys } from "../crypto/root-keys.ts";
import { AMBIENT } from "../durable/ambient.ts";
import type { ObjectCall, Reply } from "../durable/call.ts";
import { doChores, startChores } from "../durable/chores.ts";
import { ownName } from "../durable/own-name.ts";
import type { Env } from "../env.ts";
import { parseQuotas } from "../limits/quotas.ts";
import { parseRates } from "../limits/rates.ts";
import { isRegion, namespaceOf } from "../wire/regions.ts";
import { refusalOf } from "../wire/unknown-error.ts";
import type { IdentityPeer, PeerReply, StorePeer } from "../wire/views.ts";
import { perform } from "./call/perform.ts";
import { CHORES } from "./due/chores.ts";
import { createWorld } from "./wiring.ts";
import type { World } from "./world.ts";

export class RegionalKeyStore extends DurableObject<Env> implements StorePeer {
  /** An own property, so that no RPC reaches it. */
  readonly world: World;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.world = createWorld({
      ...AMBIENT,
      storage: ctx.storage,
      name: ownName(ctx.id, ctx.storage.sql, (name) => idOf(name, env)),
      trail: d1Trail(env.AUDIT),
      rootKeys: parseRootKeys(env.ROOT_KEYS),
      quotas: parseQuotas(env.QUOTAS),
      guardrails: parseGuardrails(env.GUARDRAILS),
      identityStore: (account) => env.IDENTITY_STORE.getByName(account) as unknown as IdentityPeer,
      requestRates: (region) => parseRates(env.RATES, region),
    });
    void ctx.blockConcurrencyWhile(() => startChores(this.world, CHORES));
  }

  /** One operation of KMS. Never throws for a caller's mistake: what is thrown would be lost on the way. */
  async kms(call: ObjectCall): Promise<Reply> {
    try {
      return await perform(call, this.world);
    } catch (cause) {
      const requestId = String(call?.requestId); // whoever calls without a call is answered too
      return this.world.protocol.failure(refusalOf(cause, requestId, this.world.log), requestId);
    }
  }

  /** Drops what is known of callers: their account's IdentityStore is about to answer a change of it. */
  forget(passport: string): Promise<PeerReply<true>> {
    return this.world.passports.answerPeer(passport, ["identity"], () => {
      this.world.views.forget();
      return true as const;
    });
  }

  override alarm(): Promise<void> {
    return doChores(this.world, CHORES);
  }
}

/** The id of the store `ACCOUNT/REGION`. */
function idOf(name: string, { REGIONAL_KEY_STORE, JURISDICTIONS }: Env): DurableObjectId | undefined {
  const [, region = ""] = /^[0-9]{12}\/([a-z0-9-]+)$/.exec(name) ?? [];
  return isRegion(region) ? namespaceOf(REGIONAL_KEY_STORE, region, JURISDICTIONS).idFromName(name) : undefined;
}
