// What an operation acts on: a function of its decoded input. Each also works when an optional member is missing.

import { principalArn } from "../authz/principals.ts";
import { parse } from "../keyring/ciphertext.ts";
import { parseGrantToken } from "../keyring/grant-token.ts";
import { bindsContext } from "../keyring/specs.ts";
import { keyArn } from "../wire/arn.ts";
import type { Bytes } from "../wire/bytes.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Resource } from "./operation.ts";

export const everything = (): Resource[] => [{ kind: "account" }];
/** A key that is made with tags takes the permission to tag too. */
export const keyToBe = ({ Tags = [] }: { Tags?: readonly unknown[] }): Resource[] => [
  ...everything(),
  ...(Tags.length === 0 ? [] : [{ kind: "account", action: "TagResource" } as const]),
];
export const key = ({ KeyId }: { KeyId: string }): Resource[] => [{ kind: "key", id: KeyId, aliases: false }];
export const keyOrAlias = ({ KeyId }: { KeyId: string }): Resource[] => [{ kind: "key", id: KeyId, aliases: true }];

/** A list of everything, or of what belongs to a key: that takes no permission on the key. */
export const allOfKey = ({ KeyId }: { KeyId?: string }): Resource[] => [
  ...everything(),
  ...(KeyId === undefined ? [] : [{ kind: "key", id: KeyId, aliases: false, isAsked: false } as const]),
];
export const alias = ({ AliasName }: { AliasName: string }): Resource[] => [{ kind: "alias", name: AliasName, isNew: false }];
export const aliasAndKey = ({ AliasName, TargetKeyId }: { AliasName: string; TargetKeyId: string }): Resource[] => [
  ...alias({ AliasName }),
  ...key({ KeyId: TargetKeyId }),
];
export const newAlias = ({ AliasName, TargetKeyId }: { AliasName: string; TargetKeyId: string }): Resource[] => [
  { kind: "alias", name: AliasName, isNew: true },
  ...key({ KeyId: TargetKeyId }),
];

/** A grant is named by its token, or by its key and its id. */
export function retirable({
  GrantToken,
  KeyId = "",
  GrantId = "",
}: {
  GrantToken?: string;
  KeyId?: string;
  GrantId?: string;
}): Resource[] {
  const token = GrantToken === undefined ? undefined : parseGrantToken(GrantToken);
  if (token === undefined) return [{ kind: "grant", keyId: KeyId, grantId: GrantId }];
  const { account, region, keyId, grantId } = token;
  return [{ kind: "grant", keyId: keyArn({ partition: PARTITION, region, account }, keyId), grantId }];
}
/** The permission to see what a principal may retire is one on the principal. */
export const principal = ({ RetiringPrincipal = "*" }: { RetiringPrincipal?: string }): Resource[] => [
  { kind: "principal", arn: principalArn(RetiringPrincipal) },
];

interface Ciphered {
  readonly CiphertextBlob?: Bytes;
  readonly DryRunModifiers?: readonly string[];
}

/** A symmetric ciphertext names its key. The input names it for an asymmetric one, and in a dry run without a ciphertext. */
function source(
  { CiphertextBlob, DryRunModifiers = [] }: Ciphered,
  id: string | undefined,
  algorithm: string,
  action?: string,
): Resource {
  const named = !bindsContext(algorithm) || DryRunModifiers.includes("IGNORE_CIPHERTEXT");
  const asked = action === undefined ? {} : { action };
  if (named && id !== undefined) return { kind: "key", id, aliases: true, ...asked };
  return { kind: "ciphertext", ciphertext: CiphertextBlob === undefined ? undefined : parse(CiphertextBlob), id, ...asked };
}

export const ciphertext = (input: Ciphered & { KeyId?: string; EncryptionAlgorithm: string }): Resource[] => [
  source(input, input.KeyId, input.EncryptionAlgorithm),
];
export const bothKeys = (
  input: Ciphered & { SourceKeyId?: string; SourceEncryptionAlgorithm: string; DestinationKeyId: string },
): Resource[] => [
  source(input, input.SourceKeyId, input.SourceEncryptionAlgorithm, "ReEncryptFrom"),
  { kind: "key", id: input.DestinationKeyId, aliases: true, action: "ReEncryptTo" },
];
