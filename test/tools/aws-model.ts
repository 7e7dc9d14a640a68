// AWS's own API model of KMS (test/vectors/aws-model.json), typed, and how an input shape of ours compares with one of its.

import type { Constraints, Members, Shape } from "../../src/wire/shape.ts";
import json from "../vectors/aws-model.json" with { type: "json" };

interface Reference {
  readonly shape: string;
}

export interface ModelShape {
  readonly type: "string" | "blob" | "integer" | "boolean" | "timestamp" | "list" | "map" | "structure";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly members?: Readonly<Record<string, Reference>>;
  readonly required?: readonly string[];
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
}

export interface ModelOperation {
  readonly input: string;
  /** null: the answer is an empty body. */
  readonly output: string | null;
  readonly crossAccount: string;
}

export const MODEL: {
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
} = json as never;

export function modelShape(name: string): ModelShape {
  const shape = MODEL.shapes[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  return shape;
}

/** Shapes whose values open something, though the model does not mark them. */
const OPENS: ReadonlySet<string> = new Set(["GrantTokenType"]);
const OPENING_MEMBERS: ReadonlySet<string> = new Set(["ImportToken"]);

/** Whether a value of this shape may hold bytes, or what AWS calls sensitive, at any depth. */
export function isSecret(name: string): boolean {
  const { type, sensitive, members = {}, member, key, value } = modelShape(name);
  const within = [...Object.values(members), member, key, value].filter((reference) => reference !== undefined);
  return type === "blob" || sensitive === true || OPENS.has(name) || within.some(({ shape }) => isSecret(shape));
}

/** @returns where a shape differs from the model's, a line each: `Tags.member.TagKey max: 129, AWS has 128`. */
export function differences(path: string, { constraints }: Shape<unknown>, name: string): string[] {
  const model = modelShape(name);
  const compare = (fact: string, ours: unknown, theirs: unknown): string[] =>
    ours === theirs ? [] : [`${path} ${fact}: ${ours}, AWS has ${theirs}`];
  return [
    ...compare("type", constraints.type, model.type),
    ...compare("min", constraints.min, model.min),
    ...compare("max", constraints.max, model.max),
    ...compare("pattern", constraints.pattern, model.pattern),
    ...compare("sensitive", constraints.sensitive === true, isMarked(path, name)),
    ...compare("values", constraints.values?.toSorted().join(), model.enum?.toSorted().join()),
    ...within(path, constraints, model),
  ];
}

const isMarked = (path: string, name: string): boolean =>
  modelShape(name).sensitive === true || OPENS.has(name) || OPENING_MEMBERS.has(path.split(".").at(-1) ?? "");

function within(path: string, { element, members }: Constraints, model: ModelShape): string[] {
  if (members !== undefined) return membersOf(path, members, model);
  if (element !== undefined) return model.member === undefined ? [] : differences(`${path}.member`, element, model.member.shape);
  const texts = [model.key, model.value].filter((reference) => reference !== undefined).map(({ shape }) => modelShape(shape));
  // A map of ours holds texts of any length.
  return texts.every(({ type, min, max, pattern }) => type === "string" && (min ?? max ?? pattern) === undefined)
    ? []
    : [`${path}: AWS has another map`];
}

function membersOf(path: string, members: Members, { members: theirs = {}, required = [] }: ModelShape): string[] {
  const absent = Object.keys(theirs).filter((member) => !Object.hasOwn(members, member));
  const strange = Object.keys(members).filter((member) => !Object.hasOwn(theirs, member));
  return [
    ...absent.map((member) => `${path}.${member}: missing`),
    ...strange.map((member) => `${path}.${member}: not AWS's`),
    ...Object.entries(members).flatMap(([member, ours]) => {
      const at = `${path}.${member}`;
      const reference = theirs[member];
      if (reference === undefined) return [];
      const isRequired = !("optional" in ours);
      const need = isRequired === required.includes(member) ? [] : [`${at}: ${isRequired ? "" : "not "}required`];
      return [...need, ...differences(at, isRequired ? ours : ours.optional, reference.shape)];
    }),
  ];
}
