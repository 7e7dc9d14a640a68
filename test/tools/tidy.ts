// The style guide as functions: each takes a source file, or all of them, and gives back what it finds wrong, a line each.

/** A file by its path from the top of the repository. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** As it is written: "../wire/bytes.ts", "node:crypto". */
  readonly from: string;
  readonly typesOnly: boolean;
}

/** The folder of `src` that a file is in; its own name for a file at the top. */
const layerOf = (path: string): string => path.split("/")[1] ?? "";

/** The code without its comments. Strings are kept: an address in one is no comment. */
export function codeOf({ text }: Source): string {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(token, (found) => (found.startsWith("/") ? "" : found));
}

export function importsOf(source: Source): Import[] {
  const code = codeOf(source);
  const statement = /^(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s*\bfrom\s*)?"([^"]+)"/gm;
  const found = [...code.matchAll(statement)].map(([, type, names = "", from = ""]) => ({
    from,
    typesOnly: type !== undefined || areTypes(names),
  }));
  const dynamic = [...code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)].map(([, from = ""]) => ({ from, typesOnly: false }));
  return [...found, ...dynamic];
}

/** Whether each name between braces is a type: `{ type A, type B }`. */
function areTypes(names: string): boolean {
  const within = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  const each = within?.split(",").filter((name) => name.trim() !== "") ?? [];
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}

/** The file of ours that an import means, from the top of the repository; undefined for a package. */
function targetOf(path: string, from: string): string | undefined {
  return from.startsWith(".") ? new URL(from, `file:///${path}`).pathname.slice(1) : undefined;
}

export interface Layers {
  /** What a folder may import besides itself: folders, or single files of others. "everything" for the files that put it all together. */
  readonly values: Readonly<Record<string, readonly string[] | "everything">>;
  /** What it may import types of. An entry is a folder or one file of it. */
  readonly types: Readonly<Record<string, readonly string[]>>;
  /** Packages by folder, by their whole name or, where it ends with a slash or a colon, by how it begins. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

export function layerBreaks(source: Source, { values, types, packages }: Layers): string[] {
  const layer = layerOf(source.path);
  const allowed = values[layer];
  if (allowed === undefined) return [`${source.path}: its folder is not in the table: add it, with what it may import`];
  const isAllowed = ({ from, typesOnly }: Import): boolean => {
    const target = targetOf(source.path, from);
    if (target === undefined)
      return (packages[layer] ?? []).some((name) => from === name || (/[/:]$/.test(name) && from.startsWith(name)));
    const folder = layerOf(target);
    const names = (list: readonly string[]): boolean => list.some((name) => name === folder || `src/${name}` === target);
    return allowed === "everything" || folder === layer || names(allowed) || (typesOnly && names(types[layer] ?? []));
  };
  return importsOf(source)
    .filter((each) => !isAllowed(each))
    .map(
      ({ from, typesOnly }) =>
        `${source.path}: imports ${typesOnly ? "types of " : ""}${from}: hand it in as an argument, or move it down`,
    );
}

/** The room of a wing that a file is in: a folder of it, or the file itself. */
const roomOf = (path: string): string => path.split("/")[2]?.replace(/\.ts$/, "") ?? "";

/**
 * Within a wing of `src`, such as `kms`: what each room may import of the wing; "itself" where its files may import each other.
 * A room that is not in the table is an error.
 */
export interface Rooms {
  readonly wing: string;
  readonly values: Readonly<Record<string, readonly string[] | "everything">>;
  /** What every room may import types of. */
  readonly types: readonly string[];
}

export function roomBreaks(source: Source, { wing, values, types }: Rooms): string[] {
  if (layerOf(source.path) !== wing) return [];
  const room = roomOf(source.path);
  const allowed = values[room];
  if (allowed === undefined) return [`${source.path}: its room is not in the table of ${wing}/`];
  return importsOf(source).flatMap(({ from, typesOnly }) => {
    const target = targetOf(source.path, from);
    if (target === undefined || layerOf(target) !== wing || allowed === "everything") return [];
    const other = roomOf(target);
    const isAllowed =
      other === room ? allowed.includes("itself") : allowed.includes(other) || (typesOnly && types.includes(other));
    return isAllowed
      ? []
      : [`${source.path}: imports ${typesOnly ? "types of " : ""}${from}: move what both need down, or hand it in`];
  });
}

const FUNCTION_LINES_MAX = 70;

/** Functions and methods by their first line's indentation, as the formatter leaves it. Classes and tables are none. */
export function longFunctions(source: Source): string[] {
  const lines = codeOf(source).split("\n");
  return lines.flatMap((line, at) => {
    const [, indent = "", head = ""] = /^( *)(.*[({]) ?$/.exec(line) ?? /^( *)(.*\{)$/.exec(line) ?? [];
    const isFunction =
      /^(export )?(default )?(async )?function\b/.test(head) ||
      /^(export )?const \w+.*(=>|= async \(|= \()/.test(head) ||
      /^(override |async |static |private |get |set |#)*[#\w]+(<[^>]*>)?\(.*\{$/.test(head);
    if (!isFunction || /^(if|for|while|switch|catch|return)\b/.test(head)) return [];
    const end = lines.findIndex(
      (other, below) => below > at && new RegExp(`^${indent}[})\\]]+[;,)]*$`).test(other) && !/^\s*\)/.test(other),
    );
    const length = end - at + 1;
    return length > FUNCTION_LINES_MAX
      ? [`${source.path}:${at + 1}: a function of ${length} lines: split it at ${FUNCTION_LINES_MAX}`]
      : [];
  });
}

/** Each family of operations has its tests under its own name. */
export const untestedFamilies = (sources: readonly Source[], tests: readonly Source[]): string[] =>
  sources
    .flatMap(({ path }) => /^src\/kms\/operations\/(.+)\.ts$/.exec(path)?.[1] ?? [])
    .filter((family) => !tests.some(({ path }) => path === `test/kms/${family}.test.ts`))
    .map((family) => `src/kms/operations/${family}.ts: has no tests: write test/kms/${family}.test.ts`);

/** @returns each circle once, by the path that closes it. Types count: a circle of types is two files that are one. */
export function circles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map((source) => [source.path, importsOf(source).flatMap(({ from }) => targetOf(source.path, from) ?? [])]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(" → "));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

const LINES_MAX = 300;

export function tooLong({ path, text }: Source): string[] {
  const lines = text.split("\n").length - 1;
  return lines > LINES_MAX ? [`${path}: ${lines} lines: split it by subject`] : [];
}

export const opensWithComment = ({ path, text }: Source): string[] =>
  /^\/\/ \S.{10,}/.test(text) ? [] : [`${path}: does not begin with a comment that says what it is for`];

/** Names that say nothing of what is in them. */
const EMPTY_WORDS = new Set(["util", "utils", "helper", "helpers", "manager", "managers", "handle", "handles", "misc"]);

const isEmptyName = (name: string): boolean =>
  name.split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/).some((word) => EMPTY_WORDS.has(word.toLowerCase()));

export function emptyNames(source: Source): string[] {
  const code = codeOf(source);
  const declared =
    /^export\s+(?:default\s+)?(?:declare\s+|abstract\s+|async\s+)*(?:const|let|function\*?|class|interface|type|enum)\s+([\w$]+)/gm;
  const listed = [...code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)].flatMap(([, names = ""]) => names.split(","));
  const names = [
    ...[...code.matchAll(declared)].map(([, name = ""]) => name),
    ...listed.map((name) => name.replace(/^\s*type\s+|^.*\sas\s+/, "").trim()),
  ];
  const file = isEmptyName(source.path) ? [`${source.path}: its name says nothing: use the noun of its subject`] : [];
  return [
    ...file,
    ...names.filter(isEmptyName).map((name) => `${source.path}: exports ${name}: use a verb or a noun that says what it is`),
  ];
}

/** Clock, randomness, network and environment come in as arguments. */
const AMBIENT: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew\s+Date\s*\(\s*\)/,
  /\bnew\s+Date\b(?!\s*\()/,
  /\bMath\.random\b/,
  /\bgetRandomValues\b/,
  /\brandomUUID\b/,
  /(?<![.\w$#])fetch\s*\(/,
  /\bglobalThis\.fetch\b/,
  /\bprocess\.env\b/,
];

export function ambientReads(source: Source): string[] {
  const code = codeOf(source);
  return AMBIENT.flatMap((word) => word.exec(code)?.[0] ?? []).map(
    (found) => `${source.path}: ${found}: use what World or an argument gives`,
  );
}

export const openedSecrets = (source: Source): string[] =>
  /\bSecret\s*\.\s*open\b/.test(codeOf(source)) ? [`${source.path}: opens a Secret: use a function of crypto/`] : [];

/** Names of key specs and algorithms as strings. A default of a member and a kind of the operation table are none: they ask for nothing. */
export const namedSpecs = (source: Source, names: readonly string[]): string[] =>
  [...codeOf(source).matchAll(/(defaulted\([^\n]*|spec: )?"([A-Z0-9_]+)"/g)]
    .filter(([, excuse, name = ""]) => excuse === undefined && names.includes(name))
    .map(([, , name]) => `${source.path}: names ${name}: ask its entry in keyring/specs.ts`);

export const defaultExports = (source: Source): string[] =>
  /^export\s+default\b|^export\s*\{[^}]*\bas\s+default\b/m.test(codeOf(source))
    ? [`${source.path}: has a default export: use a named one`]
    : [];

export const nodeImports = (source: Source): string[] =>
  importsOf(source)
    .filter(({ from }) => from.startsWith("node:"))
    .map(({ from }) => `${source.path}: imports ${from}: use crypto/ or auth/`);

// Put together, so that this file does not hold what it looks for.
const LOOSE_END = new RegExp(`\\b(?:${["TO", "DO"].join("")}|${["FIX", "ME"].join("")})\\b`);
const OUTSIDE = ["..", "shared"].join("/");

export const looseEnds = ({ path, text }: Source): string[] =>
  LOOSE_END.test(text) ? [`${path}: a loose end: use an issue`] : [];
export const pointsOutside = ({ path, text }: Source): string[] => (text.includes(OUTSIDE) ? [`${path}: names ${OUTSIDE}`] : []);
