// Bad requests, made from AWS's own model of the API: every member of an operation's input, spoilt in every way that its shape knows.

/** As test/vectors/aws-model.json has it. */
export interface ApiModel {
  readonly operations: Readonly<Record<string, { readonly input: string | null }>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

interface ModelShape {
  readonly type: "string" | "blob" | "integer" | "boolean" | "list" | "map" | "structure" | "timestamp";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
}

export type Fault = "SerializationException" | "ValidationException";

/** One member with a value that it must not have: JSON text, so that what JSON.stringify would never print can be sent too. */
export interface Spoilt {
  readonly member: string;
  readonly how: string;
  /** Undefined: the member is left out. */
  readonly json: string | undefined;
  readonly fault: Fault;
}

const quote = (text: string): string => JSON.stringify(text);
const LONE_SURROGATES = ['"\\ud800"', '"a\\udfffb"', '"\\ude00\\ud83d"'];

/** Values of the wrong JSON type for a shape. */
function wrongTypes({ type }: ModelShape): string[] {
  const values: Record<string, string> = { number: "7", fraction: "1.5", text: '"text"', flag: "true", list: "[]", object: "{}" };
  const own: Readonly<Record<ModelShape["type"], readonly string[]>> = {
    string: ["text"],
    blob: ["text"],
    integer: ["number"],
    boolean: ["flag"],
    list: ["list"],
    map: ["object"],
    structure: ["object"],
    timestamp: ["number", "fraction"],
  };
  return Object.entries(values)
    .filter(([name]) => !own[type].includes(name))
    .map(([, json]) => json);
}

const base64 = (bytes: number): string => new Uint8Array(bytes).toBase64();

function* spoiltText(shape: ModelShape): Generator<readonly [string, string, Fault]> {
  if (shape.enum !== undefined) {
    for (const value of ["", "nonsense", `${shape.enum[0]} `, shape.enum[0]?.toLowerCase() ?? ""])
      yield [`not of the enum: ${value}`, quote(value), "ValidationException"];
  }
  if (shape.max !== undefined) yield ["too long", quote("a".repeat(shape.max + 1)), "ValidationException"];
  if (shape.min !== undefined && shape.min > 0) yield ["too short", quote("a".repeat(shape.min - 1)), "ValidationException"];
  if (shape.pattern !== undefined) {
    // U+2028 is in no pattern of the API.
    for (const value of ["\u2028", "a\u2028"]) yield ["against the pattern", quote(value), "ValidationException"];
  }
  for (const json of LONE_SURROGATES) yield ["a lone surrogate", json, "SerializationException"];
}

function* spoiltBlob(shape: ModelShape): Generator<readonly [string, string, Fault]> {
  if (shape.max !== undefined) yield ["too long", quote(base64(shape.max + 1)), "ValidationException"];
  if (shape.min !== undefined && shape.min > 0) yield ["too short", quote(base64(shape.min - 1)), "ValidationException"];
  for (const value of ["*", "AAA", "AA=A", "AA", "AAAA\n", "A-_A", "AAAA====", "é==="])
    yield [`bad base64: ${value}`, quote(value), "SerializationException"];
}

function* spoiltNumber({ min, max }: ModelShape): Generator<readonly [string, string, Fault]> {
  if (max !== undefined) yield ["too large", String(max + 1), "ValidationException"];
  if (min !== undefined) yield ["too small", String(min - 1), "ValidationException"];
  if (min !== undefined) yield ["negative", "-1", "ValidationException"];
  for (const json of ["1e99", "99999999999", "0.5", '"1"']) yield ["no integer", json, "SerializationException"];
}

function* spoiltList(shape: ModelShape, model: ApiModel): Generator<readonly [string, string, Fault]> {
  const element = model.shapes[shape.member?.shape ?? ""];
  if (element === undefined) return;
  if (shape.max !== undefined && element.type === "string") {
    const value = quote(element.enum?.[0] ?? "a".repeat(element.min ?? 1));
    yield [
      "too many",
      `[${Array(shape.max + 1)
        .fill(value)
        .join(",")}]`,
      "ValidationException",
    ];
  }
  yield ["null within", "[null]", "SerializationException"];
  for (const json of wrongTypes(element)) yield [`an element of the wrong type: ${json}`, `[${json}]`, "SerializationException"];
  for (const [how, json, fault] of spoiltValues(element, model)) yield [`an element: ${how}`, `[${json}]`, fault];
}

function* spoiltMap(): Generator<readonly [string, string, Fault]> {
  for (const json of ["1", "true", "[]", "{}"])
    yield [`a value of the wrong type: ${json}`, `{"a":${json}}`, "SerializationException"];
  yield ["a null value", '{"a":null}', "ValidationException"];
  yield ["a lone surrogate in a name", '{"\\ud800":"a"}', "SerializationException"];
  yield ["a lone surrogate in a value", '{"a":"\\udc00"}', "SerializationException"];
}

function* spoiltStructure(
  { members = {}, required = [] }: ModelShape,
  model: ApiModel,
): Generator<readonly [string, string, Fault]> {
  for (const name of required) yield [`without ${name}`, "{}", "ValidationException"];
  for (const [name, { shape }] of Object.entries(members)) {
    const inner = model.shapes[shape];
    if (inner === undefined) continue;
    for (const json of wrongTypes(inner))
      yield [`${name} of the wrong type: ${json}`, `{"${name}":${json}}`, "SerializationException"];
    for (const [how, json, fault] of spoiltValues(inner, model)) yield [`${name}: ${how}`, `{"${name}":${json}}`, fault];
  }
}

function* spoiltValues(shape: ModelShape, model: ApiModel): Generator<readonly [string, string, Fault]> {
  if (shape.type === "string") yield* spoiltText(shape);
  if (shape.type === "blob") yield* spoiltBlob(shape);
  if (shape.type === "integer") yield* spoiltNumber(shape);
  if (shape.type === "list") yield* spoiltList(shape, model);
  if (shape.type === "map") yield* spoiltMap();
  if (shape.type === "structure") yield* spoiltStructure(shape, model);
}

/** Every way to spoil every member of an operation's input. */
export function spoiltMembers(operation: string, model: ApiModel): Spoilt[] {
  const input = model.shapes[model.operations[operation]?.input ?? ""];
  const spoilt: Spoilt[] = [];
  for (const [member, { shape: name }] of Object.entries(input?.members ?? {})) {
    const shape = model.shapes[name];
    if (shape === undefined) continue;
    if (input?.required?.includes(member)) {
      spoilt.push(
        { member, how: "absent", json: undefined, fault: "ValidationException" },
        { member, how: "null", json: "null", fault: "ValidationException" },
      );
    }
    for (const json of wrongTypes(shape))
      spoilt.push({ member, how: `wrong type: ${json}`, json, fault: "SerializationException" });
    for (const [how, json, fault] of spoiltValues(shape, model)) spoilt.push({ member, how, json, fault });
  }
  return spoilt;
}

/** A body with members of `base` and the spoilt ones instead. */
export function bodyOf(base: Readonly<Record<string, unknown>>, spoilt: readonly Spoilt[]): string {
  const members = new Map(Object.entries(base).map(([name, value]) => [name, JSON.stringify(value)]));
  for (const { member, json } of spoilt) {
    if (json === undefined) members.delete(member);
    else members.set(member, json);
  }
  return `{${[...members].map(([name, json]) => `${quote(name)}:${json}`).join(",")}}`;
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
