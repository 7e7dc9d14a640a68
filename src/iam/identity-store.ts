// STAND-IN, until identities are built: an account's IdentityStore that knows the root's access key of serial 0, keeps nothing, and has no users.

import { DurableObject } from "cloudflare:workers";
import { parseAccessKeyId } from "../wire/access-key-id.ts";
import { rootArn } from "../wire/arn.ts";
import { parsePassport } from "../wire/passport.ts";
import { PARTITION } from "../wire/regions.ts";
import {
  type Holder,
  type Identified,
  type IdentityPeer,
  isSameStamp,
  type Lease,
  type PeerReply,
  type Pulled,
  type Stamp,
} from "../wire/views.ts";

const LEASE: Lease = { stamp: { incarnation: "stand-in", version: 1 }, leaseMs: 10_000 };

export class IdentityStore extends DurableObject implements IdentityPeer {
  #isThere = false;

  async pull(passport: string, subject: string, held: Stamp | undefined): Promise<PeerReply<Pulled>> {
    const account = parsePassport(passport)?.passport.account;
    if (account === undefined || account !== this.ctx.id.name) return undefined;
    this.#isThere = true;
    if (isSameStamp(held, LEASE.stamp)) return LEASE;
    const holder: Holder = { type: "Root", arn: rootArn(PARTITION, account), account, uniqueId: account };
    const standing = { tags: [], identity: [] };
    return { ...LEASE, view: parseAccessKeyId(subject)?.serial === 0 ? { holder, standing } : {} };
  }

  async renew(): Promise<PeerReply<Lease>> {
    return LEASE;
  }

  async resolve(): Promise<PeerReply<Readonly<Record<string, Identified>>>> {
    return {};
  }

  async exists(): Promise<PeerReply<{ readonly exists: boolean }>> {
    return { exists: this.#isThere };
  }
}
