// Edits the files of the AWS CLI and the SDKs as text: a section's setting is put in its place, and all that a user has added stays.

/** A section without its brackets: `edgekeep` of a credentials file, `profile edgekeep` or `services edgekeep` of a config file. */
export type Section = string;

/** The value of a section's setting, or undefined. Of several equal sections the first counts, as in `withSetting`. */
export function settingOf(text: string, section: Section, name: string): string | undefined {
  const lines = text.split("\n");
  const at = settingAt(lines, section, name)?.start;
  return at === undefined ? undefined : valueIn(lines[at] ?? "");
}

/** The value of a setting that is nested in another one: `kms =` and, indented below it, `endpoint_url = …`. */
export function nestedSettingOf(text: string, section: Section, outer: string, name: string): string | undefined {
  const lines = text.split("\n");
  const { start, end } = settingAt(lines, section, outer) ?? { start: 0, end: 0 };
  const nested = lines.slice(start + 1, end).find((line) => nameOf(line) === name);
  return nested === undefined ? undefined : valueIn(nested);
}

/** @returns the text in which the setting has this value; section and setting are added where they are not there. */
export const withSetting = (text: string, section: Section, name: string, value: string): string =>
  withLines(text, section, name, () => [`${name} = ${value}`]);

/** The same for a nested setting; its neighbours below `outer` stay. */
export const withNestedSetting = (text: string, section: Section, outer: string, name: string, value: string): string =>
  withLines(text, section, outer, (nested) => [
    `${outer} =`,
    `  ${name} = ${value}`,
    ...nested.filter((line) => nameOf(line) !== name),
  ]);

export function withoutSetting(text: string, section: Section, name: string): string {
  const lines = text.split("\n");
  const found = settingAt(lines, section, name);
  if (found === undefined) return text;
  lines.splice(found.start, found.end - found.start);
  return lines.join("\n");
}

function withLines(text: string, section: Section, name: string, print: (nested: readonly string[]) => string[]): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const body = bodyOf(lines, section);
  if (body === undefined) return `${[...lines, `[${section}]`, ...print([])].join("\n")}\n`;
  const found = settingAt(lines, section, name) ?? { start: body.end, end: body.end };
  lines.splice(found.start, found.end - found.start, ...print(lines.slice(found.start + 1, found.end)));
  return `${lines.join("\n")}\n`;
}

interface Lines {
  readonly start: number;
  readonly end: number;
}

/** The lines below a section's header, without the blank ones and the comments that lead over to the next section. */
function bodyOf(lines: readonly string[], section: Section): Lines | undefined {
  const header = lines.findIndex((line) => sectionOf(line) === section);
  if (header === -1) return undefined;
  const next = lines.findIndex((line, at) => at > header && sectionOf(line) !== undefined);
  let end = next === -1 ? lines.length : next;
  while (end > header + 1 && /^(\s*|[#;].*)$/.test(lines[end - 1] ?? "")) end--;
  return { start: header + 1, end };
}

/** A setting with the indented lines that belong to it. */
function settingAt(lines: readonly string[], section: Section, name: string): Lines | undefined {
  const body = bodyOf(lines, section);
  if (body === undefined) return undefined;
  const at = lines.slice(body.start, body.end).findIndex((line) => /^\S/.test(line) && nameOf(line) === name);
  if (at === -1) return undefined;
  const start = body.start + at;
  let end = start + 1;
  while (end < body.end && /^\s+\S/.test(lines[end] ?? "")) end++;
  return { start, end };
}

/** `[ profile  "a b" ]` and `[profile a b]` are one name. */
const sectionOf = (line: string): string | undefined =>
  /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.replaceAll(/["']/g, "").trim().replaceAll(/\s+/g, " ");

const nameOf = (line: string): string => (line.includes("=") ? line.slice(0, line.indexOf("=")).trim() : "");

const valueIn = (line: string): string => line.slice(line.indexOf("=") + 1).trim();
