// IAM and STS over HTTP: AWS Query, whose forms the account's IdentityStore reads.

import type { Protocol } from "../wire/api-error.ts";
import { IAM_PROTOCOL, STS_PROTOCOL } from "../wire/query-xml.ts";
import { IAM_REGION, isRegion } from "../wire/regions.ts";
import { callIdentityStore, type IdentityService } from "./objects.ts";
import { isForm } from "./request.ts";
import type { Service } from "./service.ts";

const query = (name: IdentityService, protocol: Protocol, isRegionOf: (name: string) => boolean): Service => ({
  name,
  protocol,
  isRegion: isRegionOf,
  isCall: isForm,
  operationName: () => "", // it stands in the form
  call: (env, passports, caller, call) => callIdentityStore(env, passports, caller, name, call),
});

export const IAM = query("iam", IAM_PROTOCOL, (name) => name === IAM_REGION);
export const STS = query("sts", STS_PROTOCOL, isRegion);
