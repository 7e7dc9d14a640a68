// What is known of an access key, read from the tables in one turn: whose it is, and every document that bears on its holder.

import { parseAccessKeyId } from "../wire/access-key-id.ts";
import type { Holder, SentView, Standing } from "../wire/views.ts";
import { holderOf, rootHolder } from "./holders.ts";
import { documentAt } from "./policies.ts";
import type { StoredAccessKey } from "./tables/access-keys.ts";
import type { Entity } from "./tables/entities.ts";
import type { Reads } from "./tables/tables.ts";

/** The account root's first access key: which root key version its id names does not matter. */
const FIRST_SERIAL = 0;
const GROUPS_MAX = 1000;

export class Views {
  readonly #account: string;
  readonly #reads: Reads;

  constructor(account: string, reads: Reads) {
    this.#account = account;
    this.#reads = reads;
  }

  /** The view of an access key's id: absence and inactivity are views like any other. */
  of(accessKeyId: string): SentView {
    const key = this.#keyOf(accessKeyId);
    if (key === undefined) return {};
    if (key.status === "Deleted") {
      const holder = this.#reads.accessKeys.holder(key.serial);
      return holder === undefined ? {} : { holder };
    }
    if (key.ownerId === this.#account) return this.#active(key, rootHolder(this.#account), { tags: [], identity: [] });
    const user = this.#reads.entities.byId(key.ownerId);
    if (user === undefined) throw new Error("an access key is there whose user is gone");
    return this.#active(key, holderOf(this.#account, user), key.status === "Active" ? this.#standingOf(user) : undefined);
  }

  #keyOf(text: string): StoredAccessKey | undefined {
    const id = parseAccessKeyId(text);
    if (id === undefined || id.account !== this.#account || id.kind !== "AKIA") return undefined;
    const key = this.#reads.accessKeys.bySerial(id.serial);
    return key !== undefined && (key.id === text || id.serial === FIRST_SERIAL) ? key : undefined;
  }

  #active({ status }: StoredAccessKey, holder: Holder, standing: Standing | undefined): SentView {
    return status === "Active" && standing !== undefined ? { holder, standing } : { holder };
  }

  /** @throws Error for an attached policy that is gone: nobody is let in by the rest. */
  #standingOf(user: Entity): Standing {
    const { inline, attachments, memberships, tags } = this.#reads;
    const owners = [user.id, ...memberships.groupsOf(user.id, "", GROUPS_MAX)];
    const identity = owners.flatMap((owner) => [
      ...inline.all(owner).map(({ document }) => document),
      ...attachments.all(owner).map((arn) => this.#documentOf(arn)),
    ]);
    return {
      tags: tags.all(user.id).map(({ Key, Value }) => [Key, Value] as const),
      identity,
      ...(user.boundary === undefined ? {} : { boundary: this.#documentOf(user.boundary) }),
    };
  }

  #documentOf(arn: string): string {
    const document = documentAt(arn, this.#reads, this.#account);
    if (document === undefined) throw new Error("a policy is attached that is gone");
    return document;
  }
}
