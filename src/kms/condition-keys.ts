// The condition keys that an operation adds to those that every operation on a key has, by name: conditions.ts says where the value of each comes
// from. A name that ends with ":" or "/" begins many keys. Source: KMS developer guide, "Condition keys for AWS KMS".

export type ConditionKey =
  | "aws:RequestTag/"
  | "aws:ResourceTag/"
  | "aws:TagKeys"
  | "kms:BypassPolicyLockoutSafetyCheck"
  | "kms:CallerAccount"
  | "kms:CustomerMasterKeySpec"
  | "kms:CustomerMasterKeyUsage"
  | "kms:DataKeyPairSpec"
  | "kms:EncryptionAlgorithm"
  | "kms:EncryptionContext:"
  | "kms:EncryptionContextKeys"
  | "kms:ExpirationModel"
  | "kms:GrantConstraintType"
  | "kms:GranteePrincipal"
  | "kms:GrantIsForAWSResource"
  | "kms:GrantOperations"
  | "kms:KeyAgreementAlgorithm"
  | "kms:KeyOrigin"
  | "kms:KeySpec"
  | "kms:KeyUsage"
  | "kms:MacAlgorithm"
  | "kms:MessageType"
  | "kms:MultiRegion"
  | "kms:MultiRegionKeyType"
  | "kms:PrimaryRegion"
  | "kms:ReEncryptOnSameKey"
  | "kms:ReplicaRegion"
  | "kms:RequestAlias"
  | "kms:ResourceAliases"
  | "kms:RetiringPrincipal"
  | "kms:RotationPeriodInDays"
  | "kms:ScheduleKeyDeletionPendingWindowInDays"
  | "kms:SigningAlgorithm"
  | "kms:TrailingDaysWithoutKeyUsage"
  | "kms:ValidTo"
  | "kms:WrappingAlgorithm"
  | "kms:WrappingKeySpec";

export type Conditions = readonly ConditionKey[];

/** Of operations that act on something else than a key. */
export const called: Conditions = ["kms:CallerAccount"];
export const aliased: Conditions = ["kms:RequestAlias"];
export const cipher: Conditions = ["kms:EncryptionAlgorithm", "kms:EncryptionContext:", "kms:EncryptionContextKeys", ...aliased];
export const keyPair: Conditions = [...cipher, "kms:DataKeyPairSpec"];
export const recrypt: Conditions = [...cipher, "kms:ReEncryptOnSameKey"];
export const signature: Conditions = ["kms:SigningAlgorithm", "kms:MessageType", ...aliased];
export const macs: Conditions = ["kms:MacAlgorithm", ...aliased];
export const agreement: Conditions = ["kms:KeyAgreementAlgorithm", ...aliased];
export const lockout: Conditions = ["kms:BypassPolicyLockoutSafetyCheck"];
export const tagged: Conditions = ["aws:RequestTag/", "aws:TagKeys"];
export const untagged: Conditions = ["aws:TagKeys"];
export const creation: Conditions = [
  ...called,
  ...lockout,
  "kms:KeySpec",
  "kms:CustomerMasterKeySpec",
  "kms:KeyUsage",
  "kms:CustomerMasterKeyUsage",
  "kms:KeyOrigin",
  "kms:MultiRegion",
  "kms:MultiRegionKeyType",
  ...tagged,
  "aws:ResourceTag/",
];
export const granting: Conditions = [
  "kms:GrantConstraintType",
  "kms:GranteePrincipal",
  "kms:GrantIsForAWSResource",
  "kms:GrantOperations",
  "kms:RetiringPrincipal",
  "kms:EncryptionContext:",
  "kms:EncryptionContextKeys",
];
/** Of RetireGrant: what the grant's constraint says. */
export const retiring: Conditions = ["kms:GrantConstraintType", "kms:EncryptionContext:", "kms:EncryptionContextKeys"];
export const granted: Conditions = ["kms:GrantIsForAWSResource"];
export const wrapping: Conditions = ["kms:WrappingAlgorithm", "kms:WrappingKeySpec"];
export const expiry: Conditions = ["kms:ExpirationModel", "kms:ValidTo"];
export const period: Conditions = ["kms:RotationPeriodInDays"];
export const unused: Conditions = ["kms:TrailingDaysWithoutKeyUsage"];
export const window: Conditions = ["kms:ScheduleKeyDeletionPendingWindowInDays", ...unused];
export const replica: Conditions = ["kms:ReplicaRegion"];
export const primary: Conditions = ["kms:PrimaryRegion"];
