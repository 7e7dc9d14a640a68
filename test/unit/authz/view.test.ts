// A view out of what an IdentityStore tells; and documents that are compiled once a text, in a bounded memory.

import { describe, expect, it } from "vitest";
import { CompiledDocuments } from "../../../src/authz/compiled.ts";
import { viewOf } from "../../../src/authz/view.ts";
import type { Holder } from "../../../src/wire/views.ts";
import { allow, policyOf } from "../../support/identities.ts";

const ACCOUNT = "111122223333";
const ADA: Holder = {
  ...{ type: "User", arn: `arn:aws:iam::${ACCOUNT}:user/math/ada`, account: ACCOUNT, uniqueId: "AIDAADAADAADAADAADAAD" },
  userName: "ada",
};
const ROOT: Holder = { type: "Root", arn: `arn:aws:iam::${ACCOUNT}:root`, account: ACCOUNT, uniqueId: ACCOUNT };
const [ONE, TWO, BOUNDARY] = ["kms:Encrypt", "kms:Decrypt", "kms:*"].map((action) => policyOf(allow(action)));

describe("a view", () => {
  it("is the holder's, with his documents in their order, his boundary and what binds his account", () => {
    const compiled = new CompiledDocuments();
    const [one, two, boundary] = [ONE, TWO, BOUNDARY].map((text) => compiled.of(text ?? ""));
    const guardrails = [[compiled.of(BOUNDARY ?? "")]];
    const standing = { tags: [["team", "red"]] as const, identity: [ONE ?? "", TWO ?? ""], boundary: BOUNDARY ?? "" };
    const { arn, account, uniqueId } = ADA;
    expect(viewOf(ADA, standing, guardrails, compiled)).toEqual({
      ...{ principal: { type: "User", arn, account, uniqueId }, arn, userName: "ada", tags: new Map([["team", "red"]]) },
      documents: { identity: [one, two], boundary, session: [], guardrails },
    });
  });

  it("of a root has neither a name nor documents of its own", () => {
    const { arn } = ROOT;
    expect(viewOf(ROOT, { tags: [], identity: [] }, [], new CompiledDocuments())).toEqual({
      ...{ principal: { type: "Root", arn, account: ACCOUNT, uniqueId: ACCOUNT }, arn, userName: undefined, tags: new Map() },
      documents: { identity: [], boundary: undefined, session: [], guardrails: [] },
    });
  });

  it.each([
    ["a document", { tags: [], identity: [ONE ?? "", "{}"] }],
    ["a boundary", { tags: [], identity: [ONE ?? ""], boundary: "{" }],
  ])("is none where %s does not compile", (_, standing) => {
    const message = `a stored document of ${ADA.arn} does not compile`;
    expect(() => viewOf(ADA, standing, [], new CompiledDocuments())).toThrow(new Error(message));
  });
});

describe("compiled documents", () => {
  it("are compiled once a text", () => {
    const compiled = new CompiledDocuments();
    const first = compiled.of(ONE ?? "");
    expect(compiled.of(TWO ?? "")).not.toBe(first);
    expect(compiled.of(`${ONE}`)).toBe(first);
  });

  it("find room for so many characters: those that were compiled first go first", () => {
    const texts = Array.from({ length: 4 }, (_, at) => policyOf(allow(`kms:Encrypt${at}`)));
    const [first = "", second = "", third = "", fourth = ""] = texts;
    const compiled = new CompiledDocuments(3 * first.length);
    const [one, two] = [first, second].map((text) => compiled.of(text));
    compiled.of(third);
    expect(compiled.of(first)).toBe(one);
    compiled.of(fourth);
    expect(compiled.of(second)).toBe(two);
    expect(compiled.of(first)).not.toBe(one);
  });

  it("keep nothing of a text that does not compile", () => {
    const compiled = new CompiledDocuments();
    for (let time = 0; time < 2; time++)
      expect(() => compiled.of("{}")).toThrow(expect.objectContaining({ code: "MalformedPolicyDocumentException" }));
  });
});
