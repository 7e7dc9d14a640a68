// Key ids, key ARNs, alias names and alias ARNs: parse and print. Source: KMS developer guide, "Key identifiers (KeyId)".

/** What a caller wrote where a key is named. `foreign` parts of an ARN are kept for the checks to come. */
export type KeyName =
  | { readonly kind: "key"; readonly id: string; readonly arn?: ArnScope }
  | { readonly kind: "alias"; readonly name: string; readonly arn?: ArnScope }
  | { readonly kind: "malformed"; readonly arn: boolean };

export interface ArnScope {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const ARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):([0-9]{12}):(.+)$/;

/** Whether a text has the form of a key id: a lower-case UUID, or `mrk-` and 32 hexadecimal digits. */
export const isKeyId = (text: string): boolean => KEY_ID.test(text);

/** Reads a KeyId member in any of its four forms. Never throws: what it is not, the caller words. */
export function parseKeyName(text: string): KeyName {
  if (text.startsWith("arn:")) return parseArn(text);
  if (text.startsWith("alias/")) return { kind: "alias", name: text };
  return isKeyId(text) ? { kind: "key", id: text } : { kind: "malformed", arn: false };
}

function parseArn(text: string): KeyName {
  const [, partition, region, account, resource] = ARN.exec(text) ?? [];
  if (partition === undefined || region === undefined || account === undefined || resource === undefined)
    return { kind: "malformed", arn: true };
  const arn = { partition, region, account };
  if (resource.startsWith("alias/")) return { kind: "alias", name: resource, arn };
  const id = resource.startsWith("key/") ? resource.slice("key/".length) : "";
  return isKeyId(id) ? { kind: "key", id, arn } : { kind: "malformed", arn: true };
}

export const keyArn = ({ partition, region, account }: ArnScope, id: string): string =>
  `arn:${partition}:kms:${region}:${account}:key/${id}`;

/** `name` carries its `alias/` prefix. */
export const aliasArn = ({ partition, region, account }: ArnScope, name: string): string =>
  `arn:${partition}:kms:${region}:${account}:${name}`;

export const rootArn = (partition: string, account: string): string => `arn:${partition}:iam::${account}:root`;
