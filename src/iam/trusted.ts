// Whom trust policies name: users and roles of the account by their tables, other accounts by whether they exist.

import type { Document } from "../authz/document.ts";
import { namedIn } from "../authz/key-policy.ts";
import { malformed } from "../authz/policy-json.ts";
import { isUniqueId, type UniqueIds } from "../authz/principals.ts";
import { answered, type Waiting } from "../durable/answered.ts";
import { rootArn } from "../wire/arn.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Identified } from "../wire/views.ts";
import { entityArn, entityNameOf } from "./arns.ts";
import type { Entity } from "./tables/entities.ts";
import type { Reads } from "./tables/tables.ts";

export interface Trusted {
  /**
   * The unique ids of the users, roles and sessions that a document names.
   * @throws ApiError MalformedPolicyDocumentException where one does not exist; DependencyTimeoutException.
   */
  resolve(document: Document): Promise<UniqueIds>;
  /** The same in the turn of a commit, of the account's own alone: other accounts do not cease to exist. */
  resolveOwn(document: Document): UniqueIds;
  /**
   * Which of these ARNs and unique ids are users or roles of the account, by the text that was asked for. An ARN without a path means whoever has the
   * name, as a session's does; the ARN in the answer tells.
   */
  identified(names: readonly string[]): Readonly<Record<string, Identified>>;
}

/** What looking up other accounts needs of its object. */
interface Asking extends Waiting {
  /** Whether an account has ever signed a request; undefined where that is not told. Rejects where it is not reached. */
  exists(account: string): Promise<boolean | undefined>;
}

export function trustedBy(account: string, reads: Pick<Reads, "entities">, asking: Asking): Trusted {
  const own = new OwnIdentities(account, reads);
  const resolveOwn = (document: Document): UniqueIds =>
    new Map([...namedIn(document).identities].map((text) => [text, own.uniqueIdOf(text) ?? refuse(text)]));
  return {
    resolveOwn,
    async resolve(document) {
      const ids = resolveOwn(document);
      const others = [...namedIn(document).accounts].filter((other) => other !== account);
      if (others.length > 0) await requireAccounts(others, asking);
      return ids;
    },
    identified: (names) => own.identified(names),
  };
}

const refuse = (text: string): never => {
  throw malformed(`Invalid principal in policy: "AWS":"${text}"`);
};

/** Asked all at once: a trust policy has room for few. */
async function requireAccounts(accounts: readonly string[], asking: Asking): Promise<void> {
  const all = Promise.all(accounts.map((account) => asking.exists(account)));
  const there = await answered(
    all.then((each) => (each.includes(undefined) ? undefined : each)),
    asking,
  );
  const stranger = accounts.find((_, at) => there[at] !== true);
  if (stranger !== undefined) refuse(rootArn(PARTITION, stranger));
}

const SESSION = /^arn:aws:sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/;

/** The account's users and roles, as policies name them. A session's ARN does not tell the path of its role. */
class OwnIdentities {
  readonly #account: string;
  readonly #reads: Pick<Reads, "entities">;

  constructor(account: string, reads: Pick<Reads, "entities">) {
    this.#account = account;
    this.#reads = reads;
  }

  /** What an ARN or a unique id is compared by; of a session its role's id, a colon, and its name. Undefined: there is no such identity here. */
  uniqueIdOf(text: string): string | undefined {
    const [, account, name = "", session] = SESSION.exec(text) ?? [];
    if (account === undefined) return this.#entityOf(text)?.id;
    const role = account === this.#account ? this.#reads.entities.find("role", name) : undefined;
    return role?.name === name ? `${role.id}:${session}` : undefined;
  }

  /** Own members alone, whatever the names are. */
  identified(names: readonly string[]): Readonly<Record<string, Identified>> {
    const found = names.flatMap((text) => {
      const entity = this.#entityOf(text) ?? this.#withoutPath(text);
      return entity === undefined ? [] : [[text, { uniqueId: entity.id, arn: entityArn(this.#account, entity) }] as const];
    });
    return Object.fromEntries(found);
  }

  #entityOf(text: string): Entity | undefined {
    const entity = isUniqueId(text) ? this.#reads.entities.byId(text) : this.#named(text);
    return entity?.kind === "group" ? undefined : entity;
  }

  #named(text: string): Entity | undefined {
    const entity = this.#byName(text);
    return entity?.path === entityNameOf(text)?.path ? entity : undefined;
  }

  #withoutPath(text: string): Entity | undefined {
    return entityNameOf(text)?.path === "/" ? this.#byName(text) : undefined;
  }

  #byName(text: string): Entity | undefined {
    const named = entityNameOf(text);
    if (named?.account !== this.#account) return undefined;
    const entity = this.#reads.entities.find(named.kind, named.name);
    return entity?.name === named.name ? entity : undefined;
  }
}
