// Quotas, each at its edge: as many as it says, and not one more.

import { describe, expect, it } from "vitest";
import type { Quotas } from "../../src/limits/quotas.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { inStore } from "../support/store.ts";

const N = 3;

/** An account with a key, and one quota that is N. */
async function withQuota(name: keyof Quotas) {
  const account = newAccount();
  const KeyId = await newKey(account);
  await inStore(account, (world) => {
    override(world, "quotas", (quotas) => ({ ...quotas, [name]: N }));
  });
  const code = async (operation: string, input: Record<string, unknown>): Promise<unknown> =>
    (await raw(operation, input, { account })).json["__type"] ?? "ok";
  return { KeyId, code };
}

const OK = Array<string>(N).fill("ok");

describe("a quota of three", () => {
  it("keys takes a third key and no fourth, and a key that is pending deletion counts", async () => {
    const { KeyId, code } = await withQuota("keys");
    const codes = [];
    for (let key = 1; key <= N; key++) codes.push(await code("CreateKey", {}));
    expect(codes).toEqual(["ok", "ok", "LimitExceededException"]); // the first stood there already
    await code("ScheduleKeyDeletion", { KeyId });
    expect(await code("CreateKey", {})).toBe("LimitExceededException");
  });

  it("aliases a key takes a third and no fourth; one that already points at the key may point at it again", async () => {
    const { KeyId, code } = await withQuota("aliasesPerKey");
    const codes = [];
    for (let alias = 0; alias <= N; alias++)
      codes.push(await code("CreateAlias", { AliasName: `alias/${alias}`, TargetKeyId: KeyId }));
    expect(codes).toEqual([...OK, "LimitExceededException"]);
    expect(await code("UpdateAlias", { AliasName: "alias/0", TargetKeyId: KeyId })).toBe("ok");
    await code("DeleteAlias", { AliasName: "alias/1" });
    expect(await code("CreateAlias", { AliasName: "alias/3", TargetKeyId: KeyId })).toBe("ok");
  });

  it("tags a key takes a third and no fourth, given singly or together; a known tag may change", async () => {
    const { KeyId, code } = await withQuota("tagsPerKey");
    const tag = (...names: number[]) =>
      code("TagResource", { KeyId, Tags: names.map((name) => ({ TagKey: `${name}`, TagValue: "" })) });
    expect([await tag(0), await tag(1, 2), await tag(3), await tag(2, 3)]).toEqual([
      "ok",
      "ok",
      "LimitExceededException",
      "LimitExceededException",
    ]);
    expect(await tag(0, 1, 2)).toBe("ok");
  });

  it("rotations on demand takes a third and no fourth", async () => {
    const { KeyId, code } = await withQuota("onDemandRotations");
    const codes = [];
    for (let rotation = 0; rotation <= N; rotation++) codes.push(await code("RotateKeyOnDemand", { KeyId }));
    expect(codes).toEqual([...OK, "LimitExceededException"]);
  });
});
