// A second reading of the condition language: short, slow and with regular expressions, so that the engine has somebody to disagree with. It
// shares no code with the engine. A fault makes one thing wrong on purpose. Source: IAM user guide, "Condition operators", "Policy variables".

import type { Fault } from "./naive-faults.ts";

/** Names as the request spells them: two that differ in case alone are one key with two values. A list is a multivalued key. */
export type Given = Readonly<Record<string, string | readonly string[]>>;

export interface World {
  readonly given: Given;
  /** Documents of version 2012-10-17 have policy variables. */
  readonly variables: boolean;
  readonly fault: Fault | undefined;
}

type Reading = string | readonly string[] | undefined;

const small = (name: string): string => [...name].map((each) => (/[A-Z]/.test(each) ? each.toLowerCase() : each)).join("");

/** All values that a key may have: more than one where the request is ambiguous. */
function readings(key: string, { given, fault }: World): Reading[] {
  const isMeant = (name: string) => (fault === "case of a key counts" ? name === key : small(name) === small(key));
  const found = Object.keys(given).filter(isMeant);
  return found.length === 0 ? [undefined] : found.map((name) => given[name]);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** What stands in the braces of a variable, as text; undefined where it stands for nothing. */
function substituted(inside: string, world: World): string | undefined {
  const { fault } = world;
  if (["*", "?", "$"].includes(inside)) return fault === "escape stays" ? `\${${inside}}` : inside;
  const [, key = "", fallback] = /^([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/.exec(inside.trim()) ?? [];
  const [value, ...others] = readings(key, world);
  if (others.length === 0 && typeof value === "string") return value;
  if (fault === "variable stays" && fallback === undefined) return `\${${inside}}`;
  return fault === "default ignored" ? undefined : fallback;
}

/** A pattern as the source of a regular expression; undefined where a variable stands for nothing. */
function expression(pattern: string, world: World, wildcards: boolean, any = "[\\s\\S]*"): string | undefined {
  let source = "";
  for (const [token, inside] of pattern.matchAll(world.variables ? /\$\{([^}]*)\}|[\s\S]/g : /[\s\S]/g)) {
    if (inside !== undefined) {
      const text = substituted(inside, world);
      if (text === undefined) return undefined;
      source +=
        world.fault === "substituted text is a pattern" && wildcards ? expression(text, NOTHING, true, any) : escaped(text);
    } else if (wildcards && token === "*") source += any;
    else if (wildcards && token === "?") source += world.fault === "? is optional" ? "[\\s\\S]?" : "[\\s\\S]";
    else source += escaped(token);
  }
  return source;
}

const NOTHING: World = { given: {}, variables: false, fault: undefined };

export function isLike(text: string, pattern: string, world: World, wildcards = true, flags = ""): boolean {
  const source = expression(pattern, world, wildcards);
  return source !== undefined && new RegExp(`^${source}$`, flags).test(text);
}

const SIX = /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):([\s\S]*)$/;
/** Colons within a variable divide nothing. */
const SIX_WITH_VARIABLES = new RegExp(`^${String.raw`((?:\$\{[^}]*\}|(?!\$\{)[^:])*):`.repeat(5)}([\\s\\S]*)$`);

/** A value of an ARN operator. */
function isLikeArn(text: string, pattern: string, world: World): boolean {
  if (pattern === "*") return SIX.test(text) || world.fault === "* is more than ARNs";
  return isLikeParts(text, (world.variables ? SIX_WITH_VARIABLES : SIX).exec(pattern), pattern, Array(6).fill(world));
}

/** An entry of Resource: it has variables behind the fifth colon alone. */
export function isLikeResource(text: string, pattern: string, world: World): boolean {
  if (pattern === "*") return true;
  if (world.fault === "resource has variables everywhere") return isLikeArn(text, pattern, world);
  const plain = { ...world, variables: false };
  return isLikeParts(text, SIX.exec(pattern), pattern, [...Array(5).fill(plain), world]);
}

function isLikeParts(text: string, parts: RegExpExecArray | null, pattern: string, worlds: readonly World[]): boolean {
  const { fault } = worlds[5] ?? NOTHING;
  if (fault === "wildcards cross colons") return isLike(text, pattern, worlds[5] ?? NOTHING);
  const given = SIX.exec(text)?.slice(1);
  if (parts === null || given === undefined) return false;
  const any = fault === "wildcards stop at a slash" ? "[^/]*" : undefined;
  return parts.slice(1).every((each, at) => {
    const source = expression(each, worlds[at] ?? NOTHING, true, any);
    return (
      source !== undefined && new RegExp(`^${source}$`, fault === "case of a resource is lost" ? "i" : "").test(given[at] ?? "")
    );
  });
}

function numberOf(text: string, { fault }: World): number | undefined {
  if (fault === "numbers are read leniently") return Number.parseFloat(text);
  if (fault === "numbers have exponents" && /^\de\d$/.test(text)) return Number(text);
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Milliseconds. Four digits are a year, other digits are seconds. */
function timeOf(text: string, { fault }: World): number | undefined {
  if (/^\d+$/.test(text) && text.length !== 4) return Number(text) * (fault === "seconds are milliseconds" ? 1 : 1000);
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/.exec(text);
  if (found === null) return undefined;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", part = "", zone = "Z"] = found;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const isReal = +month >= 1 && +month <= 12 && +day >= 1 && +day <= days && +hour < 24 && +minute < 60 && +second < 60;
  if (!isReal) return undefined;
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d\d):(\d\d)/.exec(zone) ?? [];
  const east = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const time = Date.UTC(Number(year), +month - 1, +day, +hour, +minute - (fault === "zone ignored" ? 0 : east), +second);
  return time + Math.floor(Number(`0${part}`) * 1000);
}

/** An address as a row of bits behind its family. */
function bitsOf(address: string, { fault }: World): string | undefined {
  const binary = (number: number, width: number) => number.toString(2).padStart(width, "0");
  const four = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
  if (four !== undefined)
    return four.every((each) => each < 256) ? `4 ${four.map((each) => binary(each, 8)).join("")}` : undefined;
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (...[, a, b, c, d]) => {
    return [a, b, c, d]
      .map((each) => Number(each).toString(16).padStart(2, "0"))
      .join("")
      .replace(/^..../, "$&:");
  });
  const missing = 8 - hex.split(":").filter((each) => each !== "").length;
  const groups = hex
    .replace("::", `:${"0:".repeat(missing)}`)
    .replace(/^:|:$/g, "")
    .split(":");
  if (groups.length !== 8 || !groups.every((each) => /^[\da-f]{1,4}$/i.test(each))) return undefined;
  const bits = groups.map((each) => binary(Number.parseInt(each, 16), 16)).join("");
  const mapped = `${"0".repeat(80)}${"1".repeat(16)}`;
  return bits.startsWith(mapped) && fault !== "mapped address is IPv6" ? `4 ${bits.slice(96)}` : `6 ${bits}`;
}

function isWithin(given: string, network: string, world: World): boolean {
  const [address = "", length] = network.split("/");
  const [one, other] = [bitsOf(given, world), bitsOf(address, world)];
  if (one === undefined || other === undefined) return false;
  const width = other.startsWith("4") && address.includes(":") ? Number(length ?? 128) - 96 : Number(length ?? other.length - 2);
  return one.startsWith(other.slice(0, width + 2));
}

const ordered = (operator: string, given: number | undefined, written: number | undefined): boolean => {
  if (given === undefined || written === undefined) return false;
  if (operator.endsWith("LessThan")) return given < written;
  if (operator.endsWith("LessThanEquals")) return given <= written;
  if (operator.endsWith("GreaterThan")) return given > written;
  return operator.endsWith("GreaterThanEquals") ? given >= written : given === written;
};

const isTruth = (text: string): boolean => /^(true|false)$/i.test(text);

/** Whether one value of the request and one of the policy compare, under an operator without its "Not". */
function compares(operator: string, given: string, written: string, world: World): boolean {
  const { fault } = world;
  if (operator === "StringEquals") return isLike(given, written, world, fault === "StringEquals takes wildcards");
  if (operator === "StringEqualsIgnoreCase")
    return isLike(given, written, world, false, fault === "IgnoreCase tells case" ? "" : "iu");
  if (operator === "StringLike") return isLike(given, written, world);
  if (operator.startsWith("Numeric")) return ordered(operator, numberOf(given, world), numberOf(written, world));
  if (operator.startsWith("Date")) return ordered(operator, timeOf(given, world), timeOf(written, world));
  if (operator === "Bool") return isTruth(given) && given.toLowerCase() === written.toLowerCase();
  if (operator === "BinaryEquals") return atob(given) === atob(written);
  if (operator === "IpAddress") return isWithin(given, written, world);
  if (operator === "ArnEquals" && fault === "ArnEquals takes no wildcards") return given === written;
  if (operator.startsWith("Arn")) return isLikeArn(given, written, world);
  throw new Error(`no operator ${operator}`);
}

/** One operator, one key, one reading of what the key may be. */
function isMet(text: string, reading: Reading, written: readonly string[], world: World): boolean {
  const { fault } = world;
  const set = /^(ForAllValues|ForAnyValue):/.exec(text)?.[1];
  const ifExists = text.endsWith("IfExists") && fault !== "IfExists ignored";
  const name = text.replace(/^.*:/, "").replace(/IfExists$/, "");
  const isList = Array.isArray(reading);
  const isEmpty = reading === undefined || (isList && reading.length === 0);
  if (name === "Null") {
    const isAbsent = fault === "empty list is there" ? reading === undefined : isEmpty;
    return written.some((each) => each.toLowerCase() === String(isAbsent));
  }
  const isNegated = name.includes("Not") && fault !== "negation lost";
  if (set === undefined && reading === undefined) return ifExists || (isNegated && fault !== "absent key fails a negation");
  if (set === undefined && isList && fault !== "lists need no set operator") return false;
  if (set === "ForAnyValue" && isEmpty) return ifExists || fault === "ForAnyValue holds of nothing";
  if (set === "ForAllValues" && isEmpty) return fault !== "ForAllValues fails of nothing";
  const holds = (value: string) => written.some((each) => compares(name.replace("Not", ""), value, each, world)) !== isNegated;
  const values = [reading ?? []].flat();
  if (set !== "ForAllValues" || fault === "ForAllValues is ForAnyValue") return values.some(holds);
  return values.every((value) => (value === "" && fault !== "empty text is a value of a set") || holds(value));
}

type Block = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What may be ambiguous must hold in every reading to allow, in one to deny. */
export function conditionsHold(block: Block, effect: string, world: World): boolean {
  const { fault } = world;
  const results = Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, written]) => {
      const values = [written].flat().map(String);
      const each = readings(key, world).map((reading) => isMet(operator, reading, values, world));
      const isCareful = (effect === "Allow" && fault !== "ambiguous value allows") || fault === "ambiguous value does not deny";
      return isCareful ? !each.includes(false) : each.includes(true);
    }),
  );
  return fault === "one condition is enough" && results.length > 0 ? results.includes(true) : !results.includes(false);
}
