// The variable QUOTAS: what it may name, and what it means where it names nothing.

import { describe, expect, it } from "vitest";
import { parseQuotas } from "../../../src/limits/quotas.ts";

const DEFAULTS = {
  ...{ keys: 1000, aliasesPerKey: 50, tagsPerKey: 50, grantsPerKey: 50_000, onDemandRotations: 25 },
  ...{ users: 5000, groups: 300, roles: 1000, policies: 1500, accessKeysPerUser: 2, groupsPerUser: 10 },
  ...{ attachedPolicies: 10, versionsPerPolicy: 5 },
};

describe("QUOTAS", () => {
  it.each([undefined, "", "{}"])("%j leaves the defaults", (text) => expect(parseQuotas(text)).toEqual(DEFAULTS));

  it("overrides those that it names, zero included", () => {
    expect(parseQuotas('{"keys":5000,"onDemandRotations":0}')).toEqual({ ...DEFAULTS, keys: 5000, onDemandRotations: 0 });
  });

  it.each([
    ["{", "QUOTAS is no JSON object"],
    ["[]", "QUOTAS is no JSON object"],
    ["null", "QUOTAS is no JSON object"],
    ["5", "QUOTAS is no JSON object"],
    ['{"key":5}', "QUOTAS: there is no key"],
    ['{"constructor":5}', "QUOTAS: there is no constructor"],
    ['{"keys":-1}', "QUOTAS: keys may not be -1"],
    ['{"keys":1.5}', "QUOTAS: keys may not be 1.5"],
    ['{"keys":"5"}', 'QUOTAS: keys may not be "5"'],
    ['{"keys":null}', "QUOTAS: keys may not be null"],
    ['{"keys":1e300}', "QUOTAS: keys may not be 1e+300"],
  ])("%s is refused", (text, message) => expect(() => parseQuotas(text)).toThrow(new TypeError(message)));
});
