// The Durable Object: the identities of one account. Its RPC surface, its alarm, the construction of its world. No logic.

import { DurableObject } from "cloudflare:workers";
import { d1Trail } from "../audit/trail.ts";
import { accessKeyIdOf } from "../auth/credentials.ts";
import { parseGuardrails } from "../authz/guardrails.ts";
import { parseRootKeys } from "../crypto/root-keys.ts";
import { AMBIENT } from "../durable/ambient.ts";
import type { ObjectCall, Reply } from "../durable/call.ts";
import { doChores, startChores } from "../durable/chores.ts";
import { ownName } from "../durable/own-name.ts";
import type { Env } from "../env.ts";
import { parseQuotas } from "../limits/quotas.ts";
import { parseRates } from "../limits/rates.ts";
import { namespaceOf } from "../wire/regions.ts";
import { refusalOf } from "../wire/unknown-error.ts";
import type { Identified, IdentityPeer, Lease, PeerReply, Pulled, Stamp, StorePeer } from "../wire/views.ts";
import { perform } from "./call/perform.ts";
import { pull, renew } from "./leases/answers.ts";
import { CHORES } from "./leases/chores.ts";
import { IAM, type Service, STS } from "./services.ts";
import { createWorld } from "./wiring.ts";
import type { World } from "./world.ts";

export class IdentityStore extends DurableObject<Env> implements IdentityPeer {
  /** An own property, so that no RPC reaches it. */
  readonly world: World;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const rootKeys = parseRootKeys(env.ROOT_KEYS);
    const name = ownName(ctx.id, ctx.storage.sql, (each) =>
      ACCOUNT.test(each) ? env.IDENTITY_STORE.idFromName(each) : undefined,
    );
    let rootAccessKeyId = "";
    this.world = createWorld({
      ...AMBIENT,
      ...{ storage: ctx.storage, name, trail: d1Trail(env.AUDIT), rootKeys },
      quotas: parseQuotas(env.QUOTAS),
      guardrails: parseGuardrails(env.GUARDRAILS),
      requestRates: (region) => parseRates(env.RATES, region),
      rootAccessKeyId: () => rootAccessKeyId,
      store: (each) => storeOf(each, env),
      identityStore: (account) => env.IDENTITY_STORE.getByName(account) as unknown as Pick<IdentityPeer, "exists">,
    });
    void ctx.blockConcurrencyWhile(async () => {
      if (!this.world.hasSchema()) rootAccessKeyId = await accessKeyIdOf(rootKeys, name, 0); // the tables begin with it
      await startChores(this.world, CHORES);
    });
  }

  /** One operation of IAM. Never throws for a caller's mistake: what is thrown would be lost on the way. */
  iam(call: ObjectCall): Promise<Reply> {
    return this.#served(call, IAM);
  }

  /** One operation of STS. */
  sts(call: ObjectCall): Promise<Reply> {
    return this.#served(call, STS);
  }

  pull(passport: string, subject: string, held: Stamp | undefined): Promise<PeerReply<Pulled>> {
    return this.world.passports.answerPeer(passport, ["store"], ({ principal }) => pull(this.world, principal, subject, held));
  }

  renew(passport: string, held: Stamp): Promise<PeerReply<Lease>> {
    return this.world.passports.answerPeer(passport, ["store"], ({ principal }) => renew(this.world, principal, held));
  }

  resolve(passport: string, names: readonly string[]): Promise<PeerReply<Readonly<Record<string, Identified>>>> {
    return this.world.passports.answerPeer(passport, ["store"], () => {
      this.world.ensureSchema();
      return this.world.trusted.identified(names);
    });
  }

  /** Of an account that has never signed a request nothing is made here. */
  exists(passport: string): Promise<PeerReply<{ readonly exists: boolean }>> {
    return this.world.passports.answerPeer(passport, ["store", "identity"], () => ({ exists: this.world.hasSchema() }), {
      ofAnyAccount: true,
    });
  }

  override alarm(): Promise<void> {
    return doChores(this.world, CHORES);
  }

  async #served(call: ObjectCall, service: Service): Promise<Reply> {
    try {
      return await perform(call, service, this.world);
    } catch (cause) {
      const requestId = String(call?.requestId); // whoever calls without a call is answered too
      return service.protocol.failure(refusalOf(cause, requestId, this.world.log), requestId);
    }
  }
}

const ACCOUNT = /^[0-9]{12}$/;

function storeOf(name: string, { REGIONAL_KEY_STORE, JURISDICTIONS }: Env): StorePeer {
  const region = name.slice(name.indexOf("/") + 1);
  return namespaceOf(REGIONAL_KEY_STORE, region, JURISDICTIONS).getByName(name) as unknown as StorePeer;
}
