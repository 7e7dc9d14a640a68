// What the record of an operation keeps, a row each, in the order of the operation table: members of the request and of the answer, in the
// order in which they are printed. What no row names is absent, so neither a new member nor a new operation can leak.
// Source: CloudTrail's log entries of KMS.

import type { OperationName } from "./table.ts";

export interface Kept {
  readonly request: readonly string[];
  /** Absent: an operation that writes keeps its key, one that reads keeps nothing. */
  readonly answer?: readonly string[];
}

const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");

const keeps = (request = "", answer?: string): Kept =>
  answer === undefined ? { request: words(request) } : { request: words(request), answer: words(answer) };

// biome-ignore format: one operation, one row.
export const RECORDS: Readonly<Record<OperationName, Kept>> = {
  CancelKeyDeletion:                   keeps("KeyId", "KeyId"),
  ConnectCustomKeyStore:               keeps("CustomKeyStoreId"),
  CreateAlias:                         keeps("AliasName TargetKeyId"),
  CreateCustomKeyStore:                keeps("CustomKeyStoreName CustomKeyStoreType CloudHsmClusterId XksProxyUriEndpoint XksProxyUriPath XksProxyConnectivity XksProxyVpcEndpointServiceName", "CustomKeyStoreId"),
  CreateGrant:                         keeps("KeyId GranteePrincipal Operations Constraints RetiringPrincipal Name", "GrantId"),
  CreateKey:                           keeps("Policy Description Origin KeySpec CustomerMasterKeySpec KeyUsage BypassPolicyLockoutSafetyCheck MultiRegion Tags CustomKeyStoreId XksKeyId", "KeyMetadata"),
  Decapsulate:                         keeps("KeyId EncapsulationAlgorithm"),
  Decrypt:                             keeps("EncryptionAlgorithm KeyId EncryptionContext"),
  DeleteAlias:                         keeps("AliasName"),
  DeleteCustomKeyStore:                keeps("CustomKeyStoreId"),
  DeleteImportedKeyMaterial:           keeps("KeyId KeyMaterialId", "KeyId KeyMaterialId"),
  DeriveSharedSecret:                  keeps("KeyId KeyAgreementAlgorithm"),
  DescribeCustomKeyStores:             keeps("CustomKeyStoreId CustomKeyStoreName Limit Marker"),
  DescribeKey:                         keeps("KeyId"),
  DisableKey:                          keeps("KeyId"),
  DisableKeyRotation:                  keeps("KeyId"),
  DisconnectCustomKeyStore:            keeps("CustomKeyStoreId"),
  Encapsulate:                         keeps("KeyId EncapsulationAlgorithm"),
  EnableKey:                           keeps("KeyId"),
  EnableKeyRotation:                   keeps("KeyId RotationPeriodInDays"),
  Encrypt:                             keeps("KeyId EncryptionAlgorithm EncryptionContext"),
  GenerateDataKey:                     keeps("KeyId KeySpec NumberOfBytes EncryptionContext"),
  GenerateDataKeyPair:                 keeps("KeyId KeyPairSpec EncryptionContext"),
  GenerateDataKeyPairWithoutPlaintext: keeps("KeyId KeyPairSpec EncryptionContext"),
  GenerateDataKeyWithoutPlaintext:     keeps("KeyId KeySpec NumberOfBytes EncryptionContext"),
  GenerateMac:                         keeps("KeyId MacAlgorithm"),
  GenerateRandom:                      keeps(),
  GetKeyLastUsage:                     keeps("KeyId"),
  GetKeyPolicy:                        keeps("KeyId PolicyName"),
  GetKeyRotationStatus:                keeps("KeyId"),
  GetParametersForImport:              keeps("KeyId WrappingAlgorithm WrappingKeySpec"),
  GetPublicKey:                        keeps("KeyId"),
  ImportKeyMaterial:                   keeps("KeyId ValidTo ExpirationModel ImportType KeyMaterialDescription KeyMaterialId", "KeyId KeyMaterialId"),
  ListAliases:                         keeps("KeyId Limit Marker"),
  ListGrants:                          keeps("KeyId Limit Marker GrantId GranteePrincipal"),
  ListKeyPolicies:                     keeps("KeyId Limit Marker"),
  ListKeyRotations:                    keeps("KeyId IncludeKeyMaterial Limit Marker"),
  ListKeys:                            keeps("Limit Marker"),
  ListResourceTags:                    keeps("KeyId Limit Marker"),
  ListRetirableGrants:                 keeps("RetiringPrincipal Limit Marker"),
  PutKeyPolicy:                        keeps("KeyId PolicyName Policy BypassPolicyLockoutSafetyCheck"),
  ReEncrypt:                           keeps("SourceEncryptionAlgorithm SourceEncryptionContext SourceKeyId DestinationEncryptionAlgorithm DestinationEncryptionContext DestinationKeyId"),
  ReplicateKey:                        keeps("KeyId ReplicaRegion BypassPolicyLockoutSafetyCheck Description Tags Policy", "ReplicaKeyMetadata ReplicaPolicy"),
  RetireGrant:                         keeps("KeyId GrantId"),
  RevokeGrant:                         keeps("KeyId GrantId"),
  RotateKeyOnDemand:                   keeps("KeyId", "KeyId"),
  ScheduleKeyDeletion:                 keeps("KeyId PendingWindowInDays", "KeyId KeyState DeletionDate PendingWindowInDays"),
  Sign:                                keeps("KeyId MessageType SigningAlgorithm"),
  TagResource:                         keeps("KeyId Tags"),
  UntagResource:                       keeps("KeyId TagKeys"),
  UpdateAlias:                         keeps("AliasName TargetKeyId"),
  UpdateCustomKeyStore:                keeps("CustomKeyStoreId NewCustomKeyStoreName CloudHsmClusterId XksProxyUriEndpoint XksProxyUriPath XksProxyConnectivity XksProxyVpcEndpointServiceName"),
  UpdateKeyDescription:                keeps("KeyId Description"),
  UpdatePrimaryRegion:                 keeps("KeyId PrimaryRegion"),
  Verify:                              keeps("KeyId MessageType SigningAlgorithm"),
  VerifyMac:                           keeps("KeyId MacAlgorithm"),
};

/** A name from outside selects; it never reaches a prototype. */
export const keptOf = (name: string): Kept | undefined =>
  Object.hasOwn(RECORDS, name) ? RECORDS[name as OperationName] : undefined;
