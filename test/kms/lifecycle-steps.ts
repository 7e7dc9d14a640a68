// What may befall the keys of a store: calls, time that passes, a clock that jumps, restarts.

import fc from "fast-check";
import { DAY_MS, type Input, MINUTE_MS, type Model } from "./lifecycle-key.ts";

export interface Call {
  readonly call: string;
  readonly input: Input;
  /** ValidTo is so many days ahead. */
  readonly validDays?: number | undefined;
}

/** Time passes: so long, or until something is due and so much more. */
export interface Pass {
  readonly pass: number;
  readonly from: "now" | "due";
  /** Of the alarm, if it is set for this time: 0 where it is late, 2 where it comes once too often. */
  readonly rings: 0 | 1 | 2;
}

/** The clock jumps ahead, the alarm rings, once too often too, and within a minute the clock is right again. */
export interface Jump {
  readonly jump: number;
  readonly lasting: number;
}

export type Step = Call | Pass | Jump | "restart";

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
/** The first most often: what hits the same key tells more. */
const numbered = (what: string, ...weights: number[]) =>
  fc.oneof(...weights.map((weight, number) => often(weight, fc.constant(`<${what} ${number}>`))));
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const KeyId = numbered("key", 8, 6, 1);
/** Mostly the one that material is imported into. */
const external = numbered("key", 1, 8, 1);
const CiphertextBlob = numbered("ciphertext", 6, 2, 1, 1);
const AliasName = fc.oneof(often(4, fc.constant("alias/a")), often(1, fc.constantFrom("alias/b", "alias/c")));
const keyOrAlias = fc.oneof(often(4, KeyId), often(1, AliasName));
const window = fc.oneof(
  often(3, fc.constant(7)),
  often(3, fc.integer({ min: 7, max: 30 })),
  often(2, fc.constantFrom(6, 31, 0, 366)),
);
const period = fc.oneof(
  often(3, fc.constant(90)),
  often(3, fc.integer({ min: 90, max: 2560 })),
  often(2, fc.constantFrom(89, 2561)),
);
const tag = fc.record({ TagKey: fc.constantFrom("a", "b"), TagValue: fc.constantFrom("", "c") });
/** As AWS prints it, so that what is answered is what was put. */
const policy = fc.constantFrom("one", "other").map(
  (Sid) => `{
  "Statement" : [ {
    "Sid" : "${Sid}",
    "Effect" : "Allow",
    "Principal" : "*",
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`,
);
const WRAPPING = { WrappingAlgorithm: fc.constant("RSAES_OAEP_SHA_256"), WrappingKeySpec: fc.constant("RSA_2048") };
const duration = fc.oneof(
  fc.constantFrom(0, MINUTE_MS, 20 * MINUTE_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS, 365 * DAY_MS),
  fc.nat({ max: 1000 * DAY_MS }),
);
const rings = fc.constantFrom(1, 0, 2);

const calls = (weight: number, name: string, members: { [M in keyof Input]: fc.Arbitrary<Input[M]> } = {}) =>
  often(weight, fc.record({ call: fc.constant(name), input: fc.record(members) }));

const imports = often(
  9,
  fc.record({
    call: fc.constant("ImportKeyMaterial"),
    input: fc.record({
      KeyId: external,
      ImportToken: fc.oneof(often(5, fc.constant("<token of the key>")), often(1, fc.constant("<token 0>"))),
      EncryptedKeyMaterial: fc.oneof(
        often(8, fc.constantFrom("<wrapped 0>", "<wrapped 1>", "<wrapped 2>")),
        often(1, fc.constantFrom("<wrapped short>", "<wrapped nothing>")),
      ),
      ExpirationModel: perhaps(fc.constantFrom("KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE")),
      ImportType: perhaps(fc.constantFrom("NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL")),
    }),
    validDays: fc.option(fc.constantFrom(1, 1, 10, 10, 365, 366, 0), { nil: undefined, freq: 4 }),
  }),
);

export const step = fc.oneof(
  calls(1, "CreateKey", { Origin: fc.constantFrom("AWS_KMS", "EXTERNAL") }),
  calls(3, "GetParametersForImport", { KeyId: external, ...WRAPPING }),
  imports,
  calls(3, "DeleteImportedKeyMaterial", {
    KeyId: external,
    KeyMaterialId: perhaps(fc.constantFrom("<material 1 0>", "<material 1 1>", "<material 1 2>", "<material 2 0>")),
  }),
  calls(3, "EnableKey", { KeyId }),
  calls(3, "DisableKey", { KeyId }),
  calls(4, "ScheduleKeyDeletion", { KeyId, PendingWindowInDays: perhaps(window) }),
  calls(2, "CancelKeyDeletion", { KeyId }),
  calls(4, "EnableKeyRotation", { KeyId, RotationPeriodInDays: perhaps(period) }),
  calls(1, "DisableKeyRotation", { KeyId }),
  calls(3, "RotateKeyOnDemand", { KeyId }),
  calls(1, "GetKeyRotationStatus", { KeyId }),
  calls(1, "GetKeyLastUsage", { KeyId }),
  calls(1, "ListKeyRotations", { KeyId, IncludeKeyMaterial: fc.constant("ALL_KEY_MATERIAL") }),
  calls(3, "Encrypt", { KeyId: keyOrAlias, Plaintext: fc.constantFrom("YQ==", "Yg==") }),
  calls(3, "Decrypt", { CiphertextBlob, KeyId: perhaps(keyOrAlias) }),
  calls(2, "ReEncrypt", { CiphertextBlob, DestinationKeyId: keyOrAlias }),
  calls(1, "GenerateDataKey", { KeyId: keyOrAlias, KeySpec: fc.constant("AES_256") }),
  calls(1, "DescribeKey", { KeyId: keyOrAlias }),
  calls(3, "CreateAlias", { AliasName, TargetKeyId: KeyId }),
  calls(1, "UpdateAlias", { AliasName, TargetKeyId: KeyId }),
  calls(1, "DeleteAlias", { AliasName }),
  calls(2, "TagResource", { KeyId, Tags: tag.map((one) => [one]) }),
  calls(1, "UpdateKeyDescription", { KeyId, Description: fc.constantFrom("", "a") }),
  calls(1, "PutKeyPolicy", { KeyId, Policy: policy }),
  often(6, fc.record({ pass: duration, from: fc.constant("now"), rings })),
  often(8, fc.record({ pass: fc.constantFrom(0, -1, 1, MINUTE_MS, -20 * MINUTE_MS), from: fc.constant("due"), rings })),
  often(2, fc.record({ jump: duration, lasting: fc.nat({ max: MINUTE_MS - 1 }) })),
  often(2, fc.constant("restart")),
);

const made = (name: string, input: Input = {}): Call => ({ call: name, input });

export const BEGINNING = [
  made("CreateKey"),
  made("CreateKey", { Origin: "EXTERNAL" }),
  made("GetParametersForImport", { KeyId: "<key 1>", WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" }),
  made("Encrypt", { KeyId: "<key 0>", Plaintext: "YQ==" }),
];

/** Every key that is left is shown and brought back to use, and every ciphertext opened. */
export const ending = ({ keys, ciphertexts }: Model): Call[] => [
  ...[...keys.keys()].flatMap((KeyId) => [
    ...["CancelKeyDeletion", "EnableKey", "DescribeKey", "GetKeyRotationStatus"].map((name) => made(name, { KeyId })),
    ...["GetKeyPolicy", "ListResourceTags", "GetKeyLastUsage"].map((name) => made(name, { KeyId })),
    made("ListKeyRotations", { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }),
  ]),
  made("ListAliases"),
  ...ciphertexts.map((_, at) => made("Decrypt", { CiphertextBlob: `<ciphertext ${at}>` })),
];

/** The members whose values the moment decides. */
export function filledIn({ input, validDays }: Call, { now, tokens }: Model): Input {
  const own = tokens.findLastIndex(({ key }) => key === input.KeyId);
  const ImportToken = input.ImportToken === "<token of the key>" ? `<token ${own}>` : input.ImportToken;
  const ValidTo = validDays === undefined ? undefined : (now + validDays * DAY_MS) / 1000;
  return { ...input, ...(ImportToken !== undefined && { ImportToken }), ...(ValidTo !== undefined && { ValidTo }) };
}

/** The steps between the restarts. */
export function stretches(steps: readonly Step[]): (Call | Pass | Jump)[][] {
  const all: (Call | Pass | Jump)[][] = [[]];
  for (const each of steps) {
    if (each === "restart") all.push([]);
    else all.at(-1)?.push(each);
  }
  return all;
}
