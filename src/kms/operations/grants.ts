// Grants: made, listed, retired by whom they are for, revoked by the key's owner. Source: KMS API reference; developer guide, "Grants in AWS KMS".

import { constraintIn, constraintText } from "../../authz/grants.ts";
import type { UniqueIds } from "../../authz/principals.ts";
import { type ShownArns, shownPrincipal } from "../../authz/shown-principals.ts";
import { type GrantToken, parseGrantToken, printGrantToken } from "../../keyring/grant-token.ts";
import type { Key, KeyUsage } from "../../keyring/key.ts";
import { keySpec } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import { parseKeyName, rootArn } from "../../wire/arn.ts";
import { toHex } from "../../wire/bytes.ts";
import { PARTITION } from "../../wire/regions.ts";
import { type Decoded, listOf, oneOf, optional, sensitive, string, stringMap, structure } from "../../wire/shape.ts";
import { dryRun, grantTokens, keyId, validation } from "../members.ts";
import { accepts, type Call, type Output } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import type { StoredGrant } from "../tables/grants.ts";
import type { Writes } from "../tables/tables.ts";

const [GRANT_ID_BYTES, TOKEN_RANDOM_BYTES] = [32, 8];
const [PAIRS_MAX, VALUE_CHARACTERS_MAX] = [8, 384];

/** What may be granted of keys of a usage, besides what may be granted of every key. */
const BY_USAGE: Readonly<Record<KeyUsage, readonly string[]>> = {
  ENCRYPT_DECRYPT: ["Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"],
  SIGN_VERIFY: ["Sign", "Verify"],
  GENERATE_VERIFY_MAC: ["GenerateMac", "VerifyMac"],
  KEY_AGREEMENT: ["DeriveSharedSecret"],
  ENCAPSULATE_DECAPSULATE: ["Encapsulate", "Decapsulate"],
};
const OF_SYMMETRIC = [
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
];
const OF_PAIRS = ["GetPublicKey"];
const OF_ALL = ["CreateGrant", "RetireGrant", "DescribeKey"];
const OPERATIONS = [...Object.values(BY_USAGE).flat(), ...OF_SYMMETRIC, ...OF_PAIRS, ...OF_ALL];

const principal = string({ min: 1, max: 256, pattern: "^[\\w+=,.@:/-]+$" });
const servicePrincipal = string({ min: 1, max: 128, pattern: "^([A-Za-z0-9\\-]+)\\.([A-Za-z0-9\\-]+)(\\.[A-Za-z0-9\\-]+)+$" });
const sourceArn = string({ min: 20, max: 512, pattern: "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$" });
const grantId = string({ min: 1, max: 128 });

const creation = {
  KeyId: keyId,
  GranteePrincipal: optional(principal),
  GranteeServicePrincipal: optional(servicePrincipal),
  RetiringPrincipal: optional(principal),
  RetiringServicePrincipal: optional(servicePrincipal),
  Operations: listOf(oneOf(...OPERATIONS)),
  Constraints: optional(
    structure({
      EncryptionContextSubset: optional(stringMap),
      EncryptionContextEquals: optional(stringMap),
      SourceArn: optional(sourceArn),
    }),
  ),
  GrantTokens: grantTokens,
  Name: optional(string({ min: 1, max: 256, pattern: "^[a-zA-Z0-9:/_-]+$" })),
  DryRun: dryRun,
};
type Creation = Decoded<typeof creation>;

export const createGrant = accepts(structure(creation, requireGrantee), async (input, call) => {
  const { key, account, region, quotas, now, random } = call;
  requireFitting(input, key);
  const { GranteePrincipal: grantee = "", RetiringPrincipal: retiring } = input;
  const ids = await call.principals.identify(retiring === undefined ? [grantee] : [grantee, retiring]);
  const asked = {
    keyId: key.id,
    name: input.Name,
    ...{ grantee, granteeId: identified(grantee, ids) },
    ...{ retiring, retiringId: retiring === undefined ? undefined : identified(retiring, ids) },
    issuer: account,
    operations: [...new Set(input.Operations)],
    constraint: constraintIn(input.Constraints),
  };
  const id = toHex(random(GRANT_ID_BYTES));
  return (writes) => {
    const same =
      input.Name === undefined ? undefined : writes.grants.named(key.id, input.Name).find((each) => isSame(each, asked));
    if (same === undefined && writes.grants.countOf(key.id) >= quotas.grantsPerKey)
      throw new ApiError("LimitExceededException", `A key can have at most ${quotas.grantsPerKey} grants.`);
    if (same === undefined) writes.grants.insert({ ...asked, id, createdAt: now() });
    const GrantId = same?.id ?? id;
    const GrantToken = printGrantToken({ account, region, keyId: key.id, grantId: GrantId }, random(TOKEN_RANDOM_BYTES));
    return { output: { GrantToken, GrantId } };
  };
});

const missing = (member: string): ApiError => validation(`${member} is required.`);

const noServices = (): ApiError => new ApiError("UnsupportedOperationException", "Service principals are not available.");

/** No service calls. What binds a grant to a service's call must not be passed over: the grant would give more than was asked for. */
function requireGrantee(input: Creation): void {
  const { GranteePrincipal, GranteeServicePrincipal, RetiringServicePrincipal, Constraints } = input;
  const ofServices = [GranteeServicePrincipal, RetiringServicePrincipal, Constraints?.SourceArn];
  if (ofServices.some((each) => each !== undefined)) throw noServices();
  if (GranteePrincipal === undefined) throw missing("GranteePrincipal");
}

function requireFitting({ Operations, Constraints }: Creation, key: Key): void {
  const { isPair, rotates } = keySpec(key.spec);
  const granted = [...BY_USAGE[key.usage], ...OF_ALL, ...(rotates ? OF_SYMMETRIC : []), ...(isPair ? OF_PAIRS : [])];
  const unfit = Operations.find((operation) => !granted.includes(operation));
  if (unfit !== undefined) throw validation(`Operation ${unfit} cannot be granted on keys of KeyUsage ${key.usage}.`);
  const given = [Constraints?.EncryptionContextEquals, Constraints?.EncryptionContextSubset].flatMap((pairs) => pairs ?? []);
  if (given.length > 0 && !rotates) throw validation("Grant constraints are for symmetric encryption keys alone.");
  if (given.filter(({ size }) => size > 0).length > 1)
    throw validation("A grant takes EncryptionContextSubset or EncryptionContextEquals.");
  for (const pairs of given)
    if (pairs.size > PAIRS_MAX || [...pairs.values()].some((value) => value.length > VALUE_CHARACTERS_MAX))
      throw validation(`A grant constraint has at most ${PAIRS_MAX} pairs, of at most ${VALUE_CHARACTERS_MAX} characters each.`);
}

/** @throws ApiError InvalidArnException for a principal that does not exist. */
function identified(text: string, ids: UniqueIds): string {
  const id = ids.get(text);
  if (id === undefined) throw new ApiError("InvalidArnException", `Invalid arn ${text}`);
  return id;
}

type Asked = Omit<StoredGrant, "id" | "createdAt">;

/** Whether two grants give the same to the same: operations are a set, constraints a map. */
function isSame(one: Asked, other: Asked): boolean {
  const compared = ({ granteeId, retiringId, issuer, operations, constraint }: Asked): string =>
    JSON.stringify([granteeId, retiringId ?? null, issuer, operations.toSorted(), constraint && constraintText(constraint)]);
  return compared(one) === compared(other);
}

/** `arns`: of those of its unique ids that have one. */
const shown = (grant: StoredGrant, arn: string, arns: ShownArns): Output => ({
  KeyId: arn,
  GrantId: grant.id,
  Name: grant.name ?? "",
  CreationDate: new Date(grant.createdAt),
  GranteePrincipal: shownPrincipal(grant.grantee, grant.granteeId, arns),
  RetiringPrincipal: grant.retiring && shownPrincipal(grant.retiring, grant.retiringId ?? grant.retiring, arns),
  IssuingAccount: rootArn(PARTITION, grant.issuer),
  Operations: grant.operations,
  Constraints: grant.constraint && { [grant.constraint.type]: Object.fromEntries(grant.constraint.pairs) },
});

/** Whom a list asks for: whoever is not there matches nothing, but by the unique id that he had. */
const comparedBy = async (text: string, { principals }: Call): Promise<string> =>
  (await principals.identify([text])).get(text) ?? text;

const arnsIn = (grants: readonly StoredGrant[], { principals }: Call): ReturnType<Call["principals"]["shown"]> =>
  principals.shown(
    grants.flatMap(({ granteeId, retiringId }) => (retiringId === undefined ? [granteeId] : [granteeId, retiringId])),
  );

interface OfServices {
  readonly GranteeServicePrincipal?: string;
  readonly RetiringServicePrincipal?: string;
}

function refuseServices({ GranteeServicePrincipal, RetiringServicePrincipal }: OfServices): void {
  if (GranteeServicePrincipal !== undefined || RetiringServicePrincipal !== undefined) throw noServices();
}

export const listGrants = accepts(
  structure(
    {
      ...{ KeyId: keyId, GrantId: optional(grantId), GranteePrincipal: optional(principal) },
      GranteeServicePrincipal: optional(servicePrincipal),
      ...paged({ byDefault: 50, max: 100 }),
    },
    refuseServices,
  ),
  async (input, call) => {
    const { key, reads } = call;
    const granteeId = input.GranteePrincipal && (await comparedBy(input.GranteePrincipal, call));
    const filter = { id: input.GrantId, granteeId };
    const read = (after: string, limit: number) => reads.grants.page(key.id, filter, after, limit);
    const { items, ...page } = await pageOf(input, call, read, ({ id }) => id);
    const arns = await arnsIn(items, call);
    return { output: { Grants: items.map((each) => shown(each, key.arn, arns)), ...page } };
  },
);

export const listRetirableGrants = accepts(
  structure(
    {
      RetiringPrincipal: optional(principal),
      RetiringServicePrincipal: optional(servicePrincipal),
      ...paged({ byDefault: 50, max: 100 }),
    },
    (input) => {
      refuseServices(input);
      if (input.RetiringPrincipal === undefined) throw missing("RetiringPrincipal");
    },
  ),
  async (input, call) => {
    const retiringId = await comparedBy(input.RetiringPrincipal ?? "", call);
    const { reads } = call;
    const read = (after: string, limit: number) => reads.grants.retirable(retiringId, after, limit);
    const { items, ...page } = await pageOf(input, call, read, ({ keyId, id }) => `${keyId} ${id}`);
    const arns = await arnsIn(items, call);
    const Grants = items.map((each) => shown(each, reads.keys.find(each.keyId)?.arn ?? each.keyId, arns));
    return { output: { Grants, ...page } };
  },
);

const unknown = (id: string): ApiError => new ApiError("NotFoundException", `Grant ID ${id} not found`);

const remove = (writes: Writes, key: Key, id: string): Record<string, never> => {
  if (writes.grants.find(key.id, id) === undefined) throw unknown(id);
  writes.grants.remove(key.id, id);
  return {};
};

export const revokeGrant = accepts(
  structure({ KeyId: keyId, GrantId: grantId, DryRun: dryRun }),
  ({ GrantId }, { key }) =>
    (writes) =>
      remove(writes, key, GrantId),
);

export const retireGrant = accepts(
  structure(
    {
      GrantToken: optional(sensitive(string({ min: 1, max: 8192 }))),
      KeyId: optional(keyId),
      GrantId: optional(grantId),
      DryRun: dryRun,
    },
    ({ GrantToken, KeyId, GrantId }) => {
      const token = GrantToken === undefined ? undefined : parseGrantToken(GrantToken);
      if (GrantToken !== undefined && token === undefined) throw new ApiError("InvalidGrantTokenException");
      if (token !== undefined && !agrees(token, KeyId, GrantId)) throw validation("The grant token is another grant's.");
      if (GrantToken === undefined && (KeyId === undefined || GrantId === undefined))
        throw validation("A grant token, or a key ID and a grant ID, is required.");
    },
  ),
  ({ GrantToken, GrantId }, { key }) => {
    const id = (GrantToken === undefined ? GrantId : parseGrantToken(GrantToken)?.grantId) ?? "";
    return (writes) => ({ ...remove(writes, key, id), noted: { grantId: id } });
  },
);

/** Whether a key and a grant's id that stand beside a token are the token's: the record tells of them. */
function agrees(token: GrantToken, KeyId: string | undefined, GrantId: string | undefined): boolean {
  const name = KeyId === undefined ? undefined : parseKeyName(KeyId);
  const isItsKey = name === undefined || (name.kind === "key" && name.id === token.keyId);
  const { account, region } = (name?.kind === "key" && name.arn) || token;
  return isItsKey && account === token.account && region === token.region && (GrantId ?? token.grantId) === token.grantId;
}
