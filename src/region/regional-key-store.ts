// The Durable Object: one Region of one account. Its RPC surface, its alarm, the construction of its world. No logic.

import { DurableObject } from "cloudflare:workers";
import { parseRootKeys } from "../crypto/root-keys.ts";
import type { Env } from "../env.ts";
import { parseQuotas } from "../operations/quotas.ts";
import { parseRates } from "../operations/rates.ts";
import { failure } from "../wire/aws-json.ts";
import { KmsError } from "../wire/faults.ts";
import type { KmsCall, Reply } from "./call.ts";
import { doChores, startChores } from "./chores.ts";
import { ownName } from "./own-name.ts";
import { perform } from "./perform.ts";
import { createWorld } from "./wiring.ts";
import { described, type World } from "./world.ts";

export class RegionalKeyStore extends DurableObject<Env> {
  /** An own property, so that no RPC reaches it. */
  readonly world: World;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.world = createWorld({
      storage: ctx.storage,
      name: ownName({
        id: ctx.id,
        sql: ctx.storage.sql,
        namespace: env.REGIONAL_KEY_STORE,
        jurisdictions: env.JURISDICTIONS,
      }),
      rootKeys: parseRootKeys(env.ROOT_KEYS),
      database: env.AUDIT,
      quotas: parseQuotas(env.QUOTAS),
      requestRates: (region) => parseRates(env.RATES, region),
      now: () => Date.now(),
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      uuid: () => crypto.randomUUID(),
      after(ms, then) {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      log: (line) => console.error(JSON.stringify(line)),
    });
    void ctx.blockConcurrencyWhile(() => startChores(this.world));
  }

  /** One operation of KMS. Never throws for a caller's mistake: what is thrown would be lost on the way. */
  async kms(call: KmsCall): Promise<Reply> {
    try {
      return await perform(call, this.world);
    } catch (cause) {
      const requestId = String(call?.requestId); // whoever calls without a call is answered too
      this.world.log({ event: "unknown error", requestId, ...described(cause) });
      return failure(new KmsError("KMSInternalException"), requestId);
    }
  }

  override alarm(): Promise<void> {
    return doChores(this.world);
  }
}
