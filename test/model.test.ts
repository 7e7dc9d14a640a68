// The operation table against AWS's own API model: names, callers, key states, input shapes, and what a record may keep.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KEY_STATES } from "../src/keyring/key.ts";
import type { Commit, Operation } from "../src/kms/operation.ts";
import { keptOf, RECORDS } from "../src/kms/records.ts";
import { OPERATIONS, operation } from "../src/kms/table.ts";
import { blob, integer, listOf, oneOf, optional, type Shape, sensitive, string, structure } from "../src/wire/shape.ts";
import { differences, isSecret, MODEL, modelShape } from "./tools/aws-model.ts";
import { iamOperationsPage } from "./tools/iam-operations-grid.ts";
import { operationsPage } from "./tools/operations-grid.ts";
import { KEY_STATE_MATRIX } from "./vectors/key-states.ts";

const table: Readonly<Record<string, Operation>> = OPERATIONS;
const rows = Object.entries(table);
const names = Object.keys(table);

function modelOperation(name: string) {
  const found = MODEL.operations[name];
  if (found === undefined) throw new Error(`the model has no operation ${name}`);
  return found;
}

describe("names", () => {
  it("are AWS's 56", () => {
    expect(names).toHaveLength(56);
    expect(names.toSorted()).toEqual(Object.keys(MODEL.operations).toSorted());
  });

  it.each(["constructor", "__proto__", "toString", "encrypt", "Encrypt ", ""])("%o names no operation", (name) => {
    expect(operation(name)).toBeUndefined();
  });
});

describe("who may call", () => {
  const calledBy = (...deciders: readonly Operation["decider"][]) =>
    rows.filter(([, op]) => deciders.includes(op.decider)).map(([name]) => name);

  it("another account may exactly where AWS says so", () => {
    expect(calledBy("neighbour", "grantee", "retirer")).toEqual(
      names.filter((name) => modelOperation(name).crossAccount === "Yes"),
    );
  });

  it("a grant may give exactly what AWS lets it give", () => {
    const grantable = modelShape("GrantOperation").enum?.map((name) => name.replace(/^ReEncrypt(?:From|To)$/, "ReEncrypt"));
    expect([...calledBy("grantee"), "RetireGrant"].toSorted()).toEqual([...new Set(grantable)].toSorted());
  });

  it("RetireGrant alone rests on the grant itself", () => {
    expect(calledBy("retirer")).toEqual(["RetireGrant"]);
  });

  it("IAM alone decides where the API reference asks for an IAM policy", () => {
    const stores = ["Connect", "Create", "Delete", "Disconnect", "Update"].map((verb) => `${verb}CustomKeyStore`);
    const others = ["CreateKey", "DescribeCustomKeyStores", "GenerateRandom", "ListAliases", "ListKeys", "ListRetirableGrants"];
    expect(calledBy("account")).toEqual([...stores, ...others].toSorted());
  });
});

describe("the key states in which an operation acts", () => {
  it("are asked for where a key is involved", () => {
    expect(Object.keys(KEY_STATE_MATRIX).toSorted()).toEqual(names.toSorted());
    for (const [name, { decider, states }] of rows) {
      expect(KEY_STATE_MATRIX[name] === null, name).toBe(decider === "account");
      if (decider === "account") expect(states, name).toBeUndefined();
    }
  });

  it.each(Object.entries(KEY_STATE_MATRIX).filter(([, states]) => states !== null))("of %s are %s", (name, states) => {
    const accepted = table[name]?.states ?? KEY_STATES;
    const ours = KEY_STATES.map((state, at) => (states?.[at] === "." ? "." : accepted.includes(state) ? "+" : "-"));
    expect(ours.join("")).toBe(states);
  });
});

/** Where a shape of ours is knowingly another than AWS's: a line of `differences`, and why. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  "ListAliases.Limit max: 100, AWS has 1000": "the API reference gives this operation 100; its model has one LimitType for all",
  "ListGrants.Limit max: 100, AWS has 1000": "the API reference gives this operation 100; its model has one LimitType for all",
  "ListResourceTags.Limit max: 50, AWS has 1000":
    "the API reference gives this operation 50; its model has one LimitType for all",
  "ListRetirableGrants.Limit max: 100, AWS has 1000":
    "the API reference gives this operation 100; its model has one LimitType for all",
};

describe("input shapes", () => {
  const built = rows.flatMap(([name, { input }]) => (input === undefined ? [] : [[name, input] as const]));
  const found = built.flatMap(([name, input]) => differences(name, input, modelOperation(name).input));

  it.each(built)("%s takes what AWS takes, within AWS's limits", (name) => {
    expect(found.filter((line) => line.startsWith(`${name}.`) && !Object.hasOwn(DEVIATIONS, line))).toEqual([]);
  });

  it("deviate nowhere that they are only said to", () => {
    const said = Object.keys(DEVIATIONS).filter((line) => built.some(([name]) => line.startsWith(`${name}.`)));
    expect(said.filter((line) => !found.includes(line))).toEqual([]);
    expect(found.filter((line) => !said.includes(line))).toEqual([]);
  });

  it.each<[string, Shape<unknown>, string, string]>([
    ["a missing member", structure({}), "EnableKeyRequest", "X.KeyId: missing"],
    ["a strange one", structure({ KeyId: string({ min: 1, max: 2048 }), A: string() }), "EnableKeyRequest", "X.A: not AWS's"],
    ["one required", structure({ KeyId: optional(string({ min: 1, max: 2048 })) }), "EnableKeyRequest", "X.KeyId: not required"],
    ["one not required", structure({ Limit: integer({ min: 1, max: 1000 }) }), "ListKeysRequest", "X.Limit: required"],
    ["a length", structure({ KeyId: string({ min: 1, max: 2049 }) }), "EnableKeyRequest", "X.KeyId max: 2049, AWS has 2048"],
    ["a range", integer({ min: 0, max: 1000 }), "LimitType", "X min: 0, AWS has 1"],
    ["a pattern", string({ min: 1, max: 1024 }), "MarkerType", "X pattern: undefined, AWS has [\\u0020-\\u00FF]*"],
    ["an enum", oneOf("AES_256"), "DataKeySpec", "X values: AES_256, AWS has AES_128,AES_256"],
    ["what is not marked", blob({ min: 1, max: 4096 }), "PlaintextType", "X sensitive: false, AWS has true"],
    ["what is marked", sensitive(string({ min: 1, max: 1024 })), "MarkerType", "X sensitive: true, AWS has false"],
    ["a token in the open", listOf(string()), "GrantTokenList", "X.member sensitive: false, AWS has true"],
    ["a type", string({ min: 1, max: 4096 }), "PlaintextType", "X type: string, AWS has blob"],
    ["an element", listOf(string({ min: 1, max: 8 }), { min: 0, max: 10 }), "GrantTokenList", "X.member max: 8, AWS has 8192"],
  ])("differ by %s", (_, shape, model, line) => {
    expect(differences("X", shape, model)).toContain(line);
  });
});

describe("answers", () => {
  const isVoid = (name: string): boolean => modelOperation(name).output === null;
  /** A body of each operation that changes something and answers nothing. */
  const VOID: Readonly<Record<string, object>> = {
    CreateAlias: { AliasName: "alias/a", TargetKeyId: "k" },
    DeleteAlias: { AliasName: "alias/a" },
    DisableKey: { KeyId: "k" },
    DisableKeyRotation: { KeyId: "k" },
    EnableKey: { KeyId: "k" },
    EnableKeyRotation: { KeyId: "k" },
    PutKeyPolicy: { KeyId: "k", Policy: '{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}' },
    RetireGrant: { KeyId: "k", GrantId: "g" },
    RevokeGrant: { KeyId: "k", GrantId: "g" },
    TagResource: { KeyId: "k", Tags: [] },
    UntagResource: { KeyId: "k", TagKeys: [] },
    UpdateAlias: { AliasName: "alias/a", TargetKeyId: "k" },
    UpdateKeyDescription: { KeyId: "k", Description: "" },
    UpdatePrimaryRegion: { KeyId: "k", PrimaryRegion: "us-east-2" },
  };
  const voids = rows.filter(([name, { read }]) => isVoid(name) && read !== undefined);

  /** Whatever is asked of it, it gives more of the same, which counts as 0; but for what is its own. */
  const anythingBut = (own: Readonly<Record<string, unknown>>): object => {
    const same: object = new Proxy(() => same, {
      get: (_, name) => {
        if (name === "then") return undefined;
        if (name === Symbol.toPrimitive) return () => 0;
        return typeof name === "string" && Object.hasOwn(own, name) ? own[name] : same;
      },
      apply: () => same,
    });
    return same;
  };
  const key = anythingBut({ spec: "SYMMETRIC_DEFAULT", origin: "AWS_KMS" });
  const call = anythingBut({ quotas: new Proxy({}, { get: () => 1 }), key, aliased: key, now: () => 0 });
  const writes = anythingBut({ aliases: anythingBut({ find: () => undefined }) });

  it("that are empty are listed", () => {
    expect(Object.keys(VOID)).toEqual(names.filter(isVoid).toSorted());
  });

  it.each(voids)("of %s are empty, as AWS's", async (name, { read }) => {
    const commit = (await read?.(JSON.stringify(VOID[name])).run(call as never)) as Commit;
    expect(commit(writes as never, { mayPutPolicy: () => true }).output).toBeUndefined();
  });

  it("of operations without output leave nothing for the record to keep", () => {
    expect(rows.filter(([name]) => isVoid(name) && keptOf(name)?.answer !== undefined)).toEqual([]);
  });

  it("come with a change where the record keeps some of them: of what a read answers, nothing is recorded", () => {
    expect(rows.filter(([name, { effect }]) => effect === "read" && keptOf(name)?.answer !== undefined)).toEqual([]);
  });
});

it("a row of the operation table has at most 180 columns", () => {
  const text = readFileSync(new URL("../src/kms/table.ts", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => /^ {2}[A-Z]\w+: +(row|planned)\(/.test(line));
  expect(lines).toHaveLength(56);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(180);
});

describe("what a record keeps", () => {
  it("stands in the order of the operation table, a row an operation", () => {
    expect(Object.keys(RECORDS)).toEqual(rows.map(([name]) => name));
  });

  /** Texts that are as good as a secret, though AWS's model does not mark them. */
  const NEVER = ["GrantToken", "GrantTokens"];

  const members = (shape: string | null) => (shape === null ? {} : (modelShape(shape).members ?? {}));
  const strange = (keep: readonly string[], shape: string | null): string[] =>
    keep.filter((name) => !Object.hasOwn(members(shape), name));
  const secret = (keep: readonly string[], shape: string | null): string[] =>
    keep.filter((name) => NEVER.includes(name) || isSecret(members(shape)[name]?.shape ?? ""));

  it.each(names)("of a request of %s is AWS's, and nothing secret", (name) => {
    const { request: keep = [] } = keptOf(name) ?? {};
    const { input } = modelOperation(name);
    expect(new Set(keep).size).toBe(keep.length);
    expect(strange(keep, input)).toEqual([]);
    expect(secret(keep, input)).toEqual([]);
  });

  it.each(names.filter((name) => keptOf(name)?.answer !== undefined))("of an answer of %s likewise", (name) => {
    const { output } = modelOperation(name);
    const { answer = [] } = keptOf(name) ?? {};
    expect(strange(answer, output)).toEqual([]);
    expect(secret(answer, output)).toEqual([]);
  });

  it.each([
    ["Encrypt", ["Plaintext"]],
    ["Decrypt", ["CiphertextBlob", "Recipient"]],
    ["Verify", ["Message", "Signature"]],
    ["VerifyMac", ["Message", "Mac"]],
    ["DeriveSharedSecret", ["PublicKey"]],
    ["Decapsulate", ["SharedSecretCiphertextBlob"]],
    ["ImportKeyMaterial", ["ImportToken", "EncryptedKeyMaterial"]],
    ["CreateCustomKeyStore", ["KeyStorePassword", "XksProxyAuthenticationCredential"]],
    ["DescribeKey", ["GrantTokens"]],
    ["RetireGrant", ["GrantToken"]],
  ])("could not be, of %s, %o", (name, keep) => {
    expect(secret(keep, modelOperation(name).input)).toEqual(keep);
  });
});

describe("pages of operations show the tables as they are (else: node test/tools/operations-md.ts)", () => {
  const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8");

  it("docs/operations.md", () => {
    expect(page("operations.md")).toBe(operationsPage(OPERATIONS));
  });

  it("docs/iam-operations.md", () => {
    expect(page("iam-operations.md")).toBe(iamOperationsPage());
  });
});
