// Keys: made, shown, listed, switched on and off. Source: KMS API reference.

import { defaultPolicy, keyPolicyOf } from "../../authz/key-policy.ts";
import { KEY_USAGES, type Key, type KeyUsage, ORIGINS, type Origin } from "../../keyring/key.ts";
import type { NewMaterial } from "../../keyring/sealed-keys.ts";
import {
  ALGORITHM_MEMBERS,
  algorithmsOf,
  DEFAULT_SPEC,
  findKeySpec,
  KEY_SPECS,
  keySpec,
  LEGACY_KEY_SPECS,
} from "../../keyring/specs.ts";
import type { Quotas } from "../../limits/quotas.ts";
import { ApiError } from "../../wire/api-error.ts";
import { defaulted, flag, oneOf, optional, string, structure } from "../../wire/shape.ts";
import { expirationShown } from "../expirations.ts";
import {
  checkTags,
  customKeyStoreId,
  grantTokens,
  keyId,
  policyDocument,
  requireWayBack,
  tagList,
  unsupportedSpec,
  validation,
} from "../members.ts";
import { accepts, type Output } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import type { Writes } from "../tables/tables.ts";

/** What KeyMetadata and GetPublicKey both say of a key's type. */
const typeOf = ({ spec, usage }: Key): Output => ({
  CustomerMasterKeySpec: keySpec(spec).legacy ? spec : undefined,
  KeySpec: spec,
  [ALGORITHM_MEMBERS[usage]]: algorithmsOf(spec, usage),
});

/** KeyMetadata, as CreateKey and DescribeKey answer it. */
function describe(key: Key): Output {
  return {
    AWSAccountId: key.account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.createdAt),
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    Origin: key.origin,
    KeyManager: "CUSTOMER",
    ...typeOf(key),
    MultiRegion: key.multiRegion,
    DeletionDate: key.deletionAt === undefined ? undefined : new Date(key.deletionAt),
    ...expirationShown(key.expiration),
    CurrentKeyMaterialId: keySpec(key.spec).rotates ? key.materialId : undefined,
  };
}

const notYet = (what: string): ApiError => new ApiError("UnsupportedOperationException", `${what} is not available yet.`);

const DESCRIPTION = { min: 0, max: 8192 };

const creation = structure(
  {
    Policy: optional(policyDocument),
    Description: defaulted(string(DESCRIPTION), ""),
    KeyUsage: optional(oneOf(...KEY_USAGES)),
    CustomerMasterKeySpec: optional(oneOf(...LEGACY_KEY_SPECS)),
    KeySpec: optional(oneOf(...KEY_SPECS)),
    Origin: defaulted(oneOf(...ORIGINS), "AWS_KMS"),
    CustomKeyStoreId: optional(customKeyStoreId),
    BypassPolicyLockoutSafetyCheck: optional(flag),
    Tags: defaulted(tagList, []),
    MultiRegion: defaulted(flag, false),
    XksKeyId: optional(string({ min: 1, max: 128, pattern: "^[a-zA-Z0-9-_.]+$" })),
  },
  (input) => {
    if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
      throw validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
      );
    }
    chooseSpec(input);
    checkTags(input.Tags);
    if (input.Policy !== undefined) keyPolicyOf(input.Policy);
  },
);

interface SpecChoice {
  readonly KeySpec?: string;
  readonly CustomerMasterKeySpec?: string;
  readonly KeyUsage?: KeyUsage;
}

/** @throws ApiError ValidationException where the usage is missing or does not suit the spec. */
function chooseSpec({ KeySpec, CustomerMasterKeySpec, KeyUsage }: SpecChoice): { spec: string; usage: KeyUsage } {
  const spec = KeySpec ?? CustomerMasterKeySpec ?? DEFAULT_SPEC;
  const { algorithms, defaultUsage } = findKeySpec(spec) ?? {};
  const usage = KeyUsage ?? defaultUsage;
  if (usage === undefined)
    throw validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  if (algorithms === undefined || algorithms[usage] !== undefined) return { spec, usage };
  throw validation(
    defaultUsage === undefined
      ? `KeyUsage ${usage} is not compatible with KeySpec ${spec}`
      : `The operation failed because the KeyUsage value of the CMK is ${usage}. To perform this operation, the KeyUsage value must be ${defaultUsage}.`,
  );
}

/** The defaults of CreateKey as its record and its conditions see them. */
function filled(input: SpecChoice & { readonly BypassPolicyLockoutSafetyCheck?: boolean }): Output {
  const { spec, usage } = chooseSpec(input);
  const { BypassPolicyLockoutSafetyCheck = false } = input;
  return { KeySpec: spec, CustomerMasterKeySpec: spec, KeyUsage: usage, BypassPolicyLockoutSafetyCheck };
}

/** Puts the material of a new key into the tables. */
function keep(
  { materials, publicKeys }: Writes,
  { materialId, box, publicBox }: NewMaterial,
  of: { readonly keyId: string; readonly origin: Origin; readonly createdAt: number },
): void {
  materials.insert({ ...of, id: materialId, box });
  if (publicBox !== undefined) publicKeys.insert(of.keyId, publicBox);
}

function requireRoom(keys: number, quotas: Quotas): void {
  if (keys < quotas.keys) return;
  throw new ApiError("LimitExceededException", `This account has reached its limit of ${quotas.keys} KMS keys in this Region.`);
}

export const createKey = accepts(
  creation,
  async (input, { account, keyring, now, principals, quotas, reads, uuid }) => {
    const { spec, usage } = chooseSpec(input);
    if (input.CustomKeyStoreId !== undefined || input.XksKeyId !== undefined) throw notYet("CustomKeyStoreId");
    const isExternal = input.Origin === "EXTERNAL";
    if (input.Origin !== "AWS_KMS" && !isExternal) throw notYet(`Origin ${input.Origin}`);
    const entry = findKeySpec(spec);
    if (entry === undefined) throw unsupportedSpec(spec);
    if (isExternal && entry.importing === undefined)
      throw new ApiError("UnsupportedOperationException", `Key material of ${spec} cannot be imported.`);
    if (input.MultiRegion) throw notYet("MultiRegion");
    requireRoom(reads.keys.count(), quotas); // asked again in the commit; here it keeps a key from being made in vain
    const policy = input.Policy ?? defaultPolicy(account);
    const document = keyPolicyOf(policy);
    const ids = await principals.resolve(document);
    const id = uuid();
    const described = { id, spec, usage };
    const material = isExternal ? { saltBox: await keyring.createEmpty(described) } : await keyring.create(described);
    return (writes, rulings) => {
      requireRoom(writes.keys.count(), quotas);
      const createdAt = now();
      const key = writes.keys.insert({
        id,
        spec,
        usage,
        origin: input.Origin,
        state: isExternal ? "PendingImport" : "Enabled",
        description: input.Description,
        policy,
        principals: ids,
        multiRegion: false,
        createdAt,
        salt: material.saltBox,
        materialId: "materialId" in material ? material.materialId : undefined,
      });
      if ("materialId" in material) keep(writes, material, { keyId: id, origin: input.Origin, createdAt });
      writes.tags.put(id, input.Tags);
      // The default policy is not judged: whoever may make keys need not be one who may put policies.
      const isGiven = input.Policy !== undefined;
      if (isGiven && !input.BypassPolicyLockoutSafetyCheck) requireWayBack(rulings, key, { document, ids });
      return { output: { KeyMetadata: describe(key) }, made: key };
    };
  },
  filled,
);

export const describeKey = accepts(structure({ KeyId: keyId, GrantTokens: grantTokens }), (_, { key }) => ({
  output: { KeyMetadata: describe(key) },
}));

export const getPublicKey = accepts(structure({ KeyId: keyId, GrantTokens: grantTokens }), async (_, { key, keyring }) => ({
  output: { KeyId: key.arn, PublicKey: await keyring.publicKey(key), KeyUsage: key.usage, ...typeOf(key) },
}));

export const listKeys = accepts(structure({ ...paged({ byDefault: 100, max: 1000 }) }), async (input, call) => {
  const { items, ...page } = await pageOf(input, call, call.reads.keys.page, ({ id }) => id);
  return { output: { Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), ...page } };
});

export const updateKeyDescription = accepts(
  structure({ KeyId: keyId, Description: string(DESCRIPTION) }),
  ({ Description }, { key }) =>
    (writes) => {
      writes.keys.setDescription(key.id, Description);
      return {};
    },
);

/** A key that is unavailable stays so, and takes its new state when it is available again. */
function switchTo(state: "Enabled" | "Disabled", keyId: string, { keys }: Writes): void {
  if (keys.find(keyId)?.state === "Unavailable") keys.setStateWhenAvailable(keyId, state);
  else keys.setState(keyId, state);
}

export const enableKey = accepts(structure({ KeyId: keyId }), (_, { key }) => (writes) => {
  switchTo("Enabled", key.id, writes);
  // Rotation stood still meanwhile: what is overdue is done at once.
  const { rotation } = writes.keys.find(key.id) ?? key;
  if (rotation !== undefined) writes.deadlines.set({ kind: "rotate", ref: key.id, at: rotation.nextAt });
  return {};
});

export const disableKey = accepts(structure({ KeyId: keyId }), (_, { key }) => (writes) => {
  switchTo("Disabled", key.id, writes);
  return {};
});
