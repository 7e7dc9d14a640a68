// Condition keys of IAM and STS calls: where the value of each comes from. Only what a policy mentions is computed. Sources: Service authorization
// reference, "Condition keys for AWS Identity and Access Management"; IAM user guide, "AWS global condition context keys".

import { among, type Value } from "../authz/context.ts";
import { fold } from "../authz/fold.ts";
import { globalKey } from "../authz/global-keys.ts";
import type { View } from "../authz/view.ts";
import type { ObjectCall } from "../durable/call.ts";
import { IAM_REGION } from "../wire/regions.ts";
import type { Located } from "./locate.ts";
import type { ConditionKey, Request } from "./operation.ts";
import type { Reads } from "./tables/tables.ts";
import type { Tag } from "./tables/tags.ts";

export interface Asked {
  readonly call: ObjectCall;
  readonly view: View;
  readonly request: Request;
  readonly located: Located;
  /** Of the operation's row. */
  readonly conditions: readonly ConditionKey[];
  readonly reads: Reads;
  /** 12 digits. */
  readonly account: string;
  /** One instant a call: milliseconds since the epoch. */
  readonly time: number;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const givenTags = ({ request }: Asked): readonly Tag[] => (request.members["Tags"] as readonly Tag[] | undefined) ?? [];

/** Of the operations whose rows name them. `name`: what stands behind the prefix, folded. */
const OWN: Readonly<Record<ConditionKey, (asked: Asked, name: string) => Value | undefined>> = {
  "iam:PolicyARN": ({ request }) => text(request.members["PolicyArn"]),
  /** What the request sets; else what bounds whom it acts on. */
  "iam:PermissionsBoundary": ({ request, located }) => text(request.members["PermissionsBoundary"]) ?? located.entity?.boundary,
  "aws:RequestTag/": (asked, name) => amongTags(givenTags(asked), name),
  "aws:TagKeys": (asked) => {
    const keys = [
      ...givenTags(asked).map(({ Key }) => Key),
      ...((asked.request.members["TagKeys"] as readonly string[] | undefined) ?? []),
    ];
    return keys.length === 0 ? undefined : keys;
  },
};

const amongTags = (tags: readonly Tag[], name: string): Value | undefined =>
  among(
    tags.map(({ Key, Value }) => [Key, Value] as const),
    name,
  );

/** Tags of what the call acts on. */
const TAG_PREFIXES = ["aws:resourcetag/", "iam:resourcetag/"];

const own = new Map(Object.entries(OWN).map(([name, source]) => [fold(name), { name: name as ConditionKey, source }]));

/** The value of a condition key, by its folded name; undefined where the check has none. */
export function conditionValue(key: string, asked: Asked): Value | undefined {
  const cut = key.indexOf("/") + 1;
  const entry = own.get(cut === 0 ? key : key.slice(0, cut));
  if (entry !== undefined) return asked.conditions.includes(entry.name) ? entry.source(asked, key.slice(cut)) : undefined;
  if (TAG_PREFIXES.includes(key.slice(0, cut))) return resourceTag(asked, key.slice(cut));
  const { view, call, time, account } = asked;
  return globalKey(key, { view, call, time, account, region: IAM_REGION });
}

function resourceTag({ located: { entity, policy }, reads }: Asked, name: string): Value | undefined {
  const owner = entity?.id ?? policy?.id;
  return owner === undefined ? undefined : amongTags(reads.tags.all(owner), name);
}
