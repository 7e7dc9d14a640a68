// Root and users as whoever holds an access key.

import { rootArn } from "../wire/arn.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Holder } from "../wire/views.ts";
import { entityArn } from "./arns.ts";
import type { Entity } from "./tables/entities.ts";

export const rootHolder = (account: string): Holder => ({
  ...{ type: "Root", arn: rootArn(PARTITION, account), account, uniqueId: account },
});

export const holderOf = (account: string, user: Entity): Holder => ({
  ...{ type: "User", arn: entityArn(account, user), account, uniqueId: user.id, userName: user.name },
});
