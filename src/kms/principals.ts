// The port to who exists: whom a new key policy or grant names is looked up once, when it is written, and compared by its unique id from then on.
// Users, roles and sessions are the own account's; of another account the whole alone can be named.

import type { Document } from "../authz/document.ts";
import { namedIn } from "../authz/key-policy.ts";
import { malformed } from "../authz/policy-json.ts";
import { isUniqueId, namedOf, type UniqueIds } from "../authz/principals.ts";
import { holdersOf, type ShownArns } from "../authz/shown-principals.ts";
import { answered, type Waiting } from "../durable/answered.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Identified } from "../wire/views.ts";
import type { Identities } from "./identities.ts";

export interface Principals {
  /**
   * The unique ids of the users, roles and sessions that a document names.
   * @throws ApiError MalformedPolicyDocumentException where somebody named does not exist, DependencyTimeoutException.
   */
  resolve(document: Document): UniqueIds | Promise<UniqueIds>;
  /**
   * What principals of a grant are compared by, by their texts: unique ids, of accounts their numbers. Who does not exist is absent.
   * @throws ApiError DependencyTimeoutException.
   */
  identify(texts: readonly string[]): UniqueIds | Promise<UniqueIds>;
  /**
   * The ARNs that whoever has these unique ids is shown by now.
   * @throws ApiError DependencyTimeoutException.
   */
  shown(ids: Iterable<string>): ShownArns | Promise<ShownArns>;
}

/** How many accounts are asked at once whether they exist. */
const AT_ONCE = 16;

/** What looking up needs of its store: `identities` as they stand at each call. */
interface Asking extends Waiting {
  readonly account: string;
  readonly identities: Identities;
}

export const principalsOf = (asking: Asking): Principals => ({
  resolve(document) {
    const { accounts, identities } = namedIn(document);
    const isOwnAlone = [...accounts].every((account) => account === asking.account);
    if (identities.size === 0 && isOwnAlone) return new Map(); // most policies: nobody is asked
    return resolved(accounts, identities, asking);
  },
  async identify(texts) {
    const named = texts.map((text) => ({ text, name: namedOf("AWS", text) }));
    const accounts = new Map(named.flatMap(({ text, name }) => (name?.kind === "account" ? [[text, name.account]] : [])));
    const identities = named.flatMap(({ text, name }) => (name?.kind === "identity" ? [text] : []));
    const [known, ids] = await Promise.all([existing(accounts.values(), asking), idsOf(identities, asking)]);
    return new Map([...ids, ...[...accounts].filter(([, account]) => known.has(account))]);
  },
  shown(ids) {
    const holders = holdersOf(ids);
    return holders.length === 0 ? new Map() : arnsOf(holders, asking);
  },
});

async function resolved(accounts: ReadonlySet<string>, identities: ReadonlySet<string>, asking: Asking): Promise<UniqueIds> {
  const [known, ids] = await Promise.all([existing(accounts, asking), idsOf([...identities], asking)]);
  if (known.size < accounts.size || ids.size < identities.size)
    throw malformed("Policy contains a statement with one or more invalid principals.");
  return ids;
}

/** Which accounts exist, each asked once: its own always does. */
async function existing(accounts: Iterable<string>, asking: Asking): Promise<ReadonlySet<string>> {
  const wanted = new Set(accounts);
  const others = [...wanted].filter((account) => account !== asking.account);
  for (let at = 0; at < others.length; at += AT_ONCE) {
    const answers = others.slice(at, at + AT_ONCE).map(async (account) => {
      const { exists } = await answered(asking.identities.exists(account), asking);
      if (!exists) wanted.delete(account);
    });
    await Promise.all(answers);
  }
  return wanted;
}

/** The unique ids of those of these users, roles and sessions that exist. */
async function idsOf(texts: readonly string[], asking: Asking): Promise<UniqueIds> {
  const sought = texts.flatMap((text) => soughtIn(text, asking.account) ?? []);
  if (sought.length === 0) return new Map();
  const found = await foundOf([...new Set(sought.map(({ name }) => name))], asking);
  return new Map(
    sought.flatMap(({ text, name, idOf }) => {
      const identified = found.get(name);
      const id = identified && idOf(identified);
      return id === undefined ? [] : [[text, id]];
    }),
  );
}

async function arnsOf(ids: readonly string[], asking: Asking): Promise<ShownArns> {
  const found = await foundOf(ids, asking);
  return new Map([...found].flatMap(([name, { uniqueId, arn }]) => (uniqueId === name ? [[uniqueId, arn]] : [])));
}

async function foundOf(names: readonly string[], asking: Asking): Promise<ReadonlyMap<string, Identified>> {
  return new Map(Object.entries(await answered(asking.identities.resolve(names), asking)));
}

/** What is asked to find out whom a text means. */
interface Sought {
  readonly text: string;
  /** What the IdentityStore is asked for. */
  readonly name: string;
  /** @returns what the text is compared by; undefined where it is somebody else who was found. */
  readonly idOf: (found: Identified) => string | undefined;
}

const SESSION = /^(\d{12}):assumed-role\/([^/]+)\/(.+)$/;

/** @returns undefined for whoever is no user, role or session of the account: nobody need be asked. */
function soughtIn(text: string, account: string): Sought | undefined {
  if (isUniqueId(text)) return { text, name: text, idOf: ({ uniqueId }) => (uniqueId === text ? uniqueId : undefined) };
  const [ofIdentity, ofSession] = [`arn:${PARTITION}:iam::${account}:`, `arn:${PARTITION}:sts::`];
  if (text.startsWith(ofIdentity))
    return { text, name: text, idOf: ({ uniqueId, arn }) => (arn === text ? uniqueId : undefined) };
  const [, owner, role = "", session = ""] = SESSION.exec(text.startsWith(ofSession) ? text.slice(ofSession.length) : "") ?? [];
  if (owner !== account) return undefined;
  const idOf = ({ uniqueId, arn }: Identified): string | undefined =>
    arn.endsWith(`/${role}`) ? `${uniqueId}:${session}` : undefined;
  return { text, name: `${ofIdentity}role/${role}`, idOf };
}
