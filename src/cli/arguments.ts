// The command line: every option has a form, and what has not that form is refused before anything is touched.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseOrigins } from "../wire/origins.ts";
import { isRegion } from "../wire/regions.ts";
import { Refusal } from "./refusal.ts";
import type { TrailFilter } from "./trail/sql.ts";

const USAGE_EXIT_CODE = 2;
const PORT_MAX = 65535;
export const DEFAULT_PORT = "8787";
const DEFAULT_ACCOUNT = "123456789012";
export const DEFAULT_REGION = "us-east-1";
const DEFAULT_LIMIT = "50";

/** The checkout: where wrangler.toml, migrations/ and the default state directory are, wherever the program was started from. */
export const CHECKOUT = resolve(import.meta.dirname, "../..");
const DEFAULT_STATE = join(CHECKOUT, ".edgekeep");

export interface StartArguments {
  /** 0: any free port. */
  readonly port: number;
  /** Absolute. */
  readonly state: string;
  readonly account: string;
  readonly region: string;
  /** Whether request rates are limited as AWS limits them. */
  readonly rates: "aws" | "off";
  /** The variable CORS_ORIGINS, where it was given. */
  readonly corsOrigins: { readonly CORS_ORIGINS?: string };
}

export interface CredentialsArguments {
  readonly account: string;
  /** Absolute paths, or "-" for stdin; `rootKeys` wins over the state directory. */
  readonly source: { readonly state: string } | { readonly rootKeys: string };
  readonly json: boolean;
}

export interface TrailArguments {
  /** A local state directory, or the deployment of this checkout. */
  readonly source: { readonly state: string } | { readonly remote: true };
  readonly filter: TrailFilter;
  readonly limit: number;
  readonly follow: boolean;
  readonly json: boolean;
}

export function startArguments(argv: readonly string[], defaultPort = DEFAULT_PORT): StartArguments {
  const options = parse(argv, ["port", "state", "account", "region", "rates", "cors-origins"]);
  const { port = defaultPort, state, account = DEFAULT_ACCOUNT, region = DEFAULT_REGION, rates = "off" } = options;
  if (rates !== "aws" && rates !== "off") throw usage(`--rates is aws or off, not ${rates}`);
  return {
    port: portNumber(port),
    state: statePath(state),
    account: accountId(account),
    region: regionName(region),
    rates,
    corsOrigins: corsOrigins(options["cors-origins"]),
  };
}

/** Any free port, unless one is given: it is to run beside `npm start`. */
export const devArguments = (argv: readonly string[]): StartArguments => startArguments(argv, "0");

export function credentialsArguments(argv: readonly string[]): CredentialsArguments {
  const { account, state, "root-keys": rootKeys, json } = parse(argv, ["account", "state", "root-keys"], ["json"]);
  if (account === undefined) throw usage("--account is missing: give the 12 digits of an account");
  if (rootKeys !== undefined && state !== undefined) throw usage("give either --state or --root-keys, not both");
  const source = rootKeys === undefined ? { state: statePath(state) } : { rootKeys: rootKeysPath(rootKeys) };
  return { account: accountId(account), source, json: json !== undefined };
}

/** @param now milliseconds since the epoch, from which `--since 10m` counts back. */
export function trailArguments(argv: readonly string[], now: number): TrailArguments {
  const options = ["state", "account", "region", "key", "event", "since", "limit"];
  const given = parse(argv, options, ["follow", "json", "remote"]);
  const { state, account, region, key, event, since, limit = DEFAULT_LIMIT, follow, json, remote } = given;
  if (remote !== undefined && state !== undefined) throw usage("give either --state or --remote, not both");
  if (!/^[1-9][0-9]{0,5}$/.test(limit)) throw usage(`--limit ${limit} is no number of records: give one from 1 to 999999`);
  if (event !== undefined && !/^[A-Za-z0-9]{1,64}$/.test(event)) throw usage(`--event ${event} is no name of an operation`);
  if (key !== undefined && !/^[A-Za-z0-9:/_-]{1,2048}$/.test(key))
    throw usage(`--key ${key} is no key: give its id or ARN, or an alias, as alias/NAME or ARN`);
  return {
    source: remote === undefined ? { state: statePath(state) } : { remote: true },
    filter: {
      account: account === undefined ? undefined : accountId(account),
      region: region === undefined ? undefined : regionName(region),
      key,
      event,
      since: since === undefined ? undefined : sinceTime(since, now),
    },
    limit: Number(limit),
    follow: follow !== undefined,
    json: json !== undefined,
  };
}

const usage = (line: string) => new Refusal(line, USAGE_EXIT_CODE);

/** Strict: no positional arguments, no unknown option, no option without its value, none twice. Flags come back as "". */
function parse(argv: readonly string[], names: readonly string[], flags: readonly string[] = []): Record<string, string> {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries([
      ...names.map((name) => [name, { type: "string" }] as const),
      ...flags.map((name) => [name, { type: "boolean" }] as const),
    ]),
    strict: false,
    tokens: true,
  });
  const known = [...names, ...flags].map((name) => `--${name}`).join(", ");
  const given: Record<string, string> = {};
  for (const token of tokens) {
    // An argument that belongs to no option is not repeated in the line: it might be a key.
    if (token.kind !== "option") throw usage(`only options are taken: ${known}`);
    const isFlag = flags.includes(token.name);
    if (!isFlag && !names.includes(token.name)) throw usage(`unknown option ${token.rawName} (there are ${known})`);
    if (given[token.name] !== undefined) throw usage(`${token.rawName} is given twice`);
    if (isFlag && token.value !== undefined) throw usage(`${token.rawName} takes no value`);
    if (!isFlag && /^(--.*)?$/.test(token.value ?? "")) throw usage(`${token.rawName} needs a value`);
    given[token.name] = token.value ?? "";
  }
  return given;
}

function portNumber(text: string): number {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > PORT_MAX)
    throw usage(`--port ${text} is no port: give a number from 0 (any free one) to ${PORT_MAX}`);
  return Number(text);
}

function accountId(text: string): string {
  if (!/^[0-9]{12}$/.test(text)) throw usage(`--account ${text} is no account: give its 12 digits`);
  return text;
}

function regionName(text: string): string {
  if (!isRegion(text)) throw usage(`--region ${text} is no Region of AWS's`);
  return text;
}

const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$/;

/** A span back from now, or a time of ISO 8601; without a zone it is UTC, as records are. */
function sinceTime(text: string, now: number): number {
  const [, count, unit] = /^([0-9]{1,6})([smhdw])$/.exec(text) ?? [];
  if (unit !== undefined) return now - Number(count) * MS[unit as keyof typeof MS];
  const zoned = TIME.exec(text);
  const time = zoned === null ? Number.NaN : Date.parse(zoned[1] === undefined && text.includes("T") ? `${text}Z` : text);
  const day = Date.parse(text.slice(0, 10)); // a 30th of February would be taken for a 2nd of March
  if (Number.isNaN(time) || new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10))
    throw usage(`--since ${text} is no time: give 10m, 2h, 3d or a time such as 2026-10-20T08:00:00Z`);
  return time;
}

function corsOrigins(text: string | undefined): StartArguments["corsOrigins"] {
  if (text === undefined) return {};
  try {
    parseOrigins(text);
  } catch {
    throw usage("--cors-origins takes exact origins with commas between them, such as http://localhost:5173: no path, no *");
  }
  return { CORS_ORIGINS: text };
}

const statePath = (text: string | undefined) => (text === undefined ? DEFAULT_STATE : resolve(text));

/** A key on a command line stands in the process table and in the shell's history, so what looks like one is refused, unrepeated. */
function rootKeysPath(text: string): string {
  const looksLikeKeys = text.includes("{") || (/^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(text) && !existsSync(text));
  if (looksLikeKeys) throw usage("--root-keys takes the name of a file, or - for stdin: keys never stand on a command line");
  return text === "-" ? text : resolve(text);
}
