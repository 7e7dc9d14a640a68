// A record as one line for a person. Names, agents and aliases are the caller's text, so nothing but printable ASCII reaches the terminal.

const CELL_CHARACTERS_MAX = 80;

/** Time, account and Region, event, key, alias or identity, who, error; the widths grow with what has been shown. */
export class TrailLines {
  readonly #widths: number[] = [];

  /** @returns a line for each record, in columns. */
  print(records: readonly string[]): string[] {
    const rows = records.map((record) => cellsOf(record).map(shortened));
    for (const row of rows)
      for (const [at, { length }] of row.entries()) this.#widths[at] = Math.max(this.#widths[at] ?? 0, length);
    return rows.map((row) =>
      row
        .map((cell, at) => (cell === "" && at < row.length - 1 ? "-" : cell).padEnd(this.#widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

/** Text that cannot steer a terminal, nor pass for other text: all but printable ASCII is escaped, and the escape sign too. */
export const visible = (text: string): string =>
  text.replaceAll(/[^ -[\]-~]/g, (character) =>
    character === "\\" ? "\\\\" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const shortened = (text: string): string => {
  const shown = visible(text.slice(0, CELL_CHARACTERS_MAX));
  if (text.length <= CELL_CHARACTERS_MAX && shown.length <= CELL_CHARACTERS_MAX) return shown;
  return `${shown.slice(0, CELL_CHARACTERS_MAX - 3)}...`;
};

type Members = Record<string, unknown>;

function cellsOf(record: string): string[] {
  let event: Members;
  try {
    event = members(JSON.parse(record));
  } catch {
    return ["", "", "unreadable record", record];
  }
  const account = text(event["recipientAccountId"]);
  return [
    text(event["eventTime"]),
    `${account}/${text(event["awsRegion"])}`,
    text(event["eventName"]),
    subjects(event).join(" "),
    caller(members(event["userIdentity"]), account),
    trouble(event),
  ];
}

const members = (value: unknown): Members => (typeof value === "object" && value !== null ? (value as Members) : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The names that the call gave, where they say more than the ids, and the ids of what it acted on. */
function subjects(event: Members): string[] {
  const request = members(event["requestParameters"]);
  const named = ["aliasName", "keyId", "sourceKeyId", "destinationKeyId"].map((name) => local(text(request[name])));
  const resources = Array.isArray(event["resources"]) ? event["resources"] : [];
  const acted = resources.map((resource) => local(text(members(resource)["ARN"])));
  const aliases = named.filter((name) => name.startsWith("alias/"));
  const ids = acted.length > 0 ? acted : named;
  const others = text(event["eventSource"]) === "kms.amazonaws.com" ? [] : identities(request);
  return [...new Set([...aliases, ...ids, ...others])].filter((name) => name !== "");
}

/** Whom and what a call of IAM or STS named, as ARNs end. */
function identities(request: Members): string[] {
  const named = ["user", "group", "role", "policy"].map((kind) => {
    const name = text(request[`${kind}Name`]);
    return name === "" ? "" : `${kind}/${name}`;
  });
  return [...named, local(text(request["policyArn"])), text(request["accessKeyId"])];
}

/** A key's id, an alias's or a policy's name, without the ARN's account and Region. */
const local = (name: string): string => name.replace(/^arn:[^:]*:(?:kms|iam):[^:]*:(?:[0-9]*|aws):(?:key\/)?/, "");

function caller(identity: Members, account: string): string {
  const arn = /^arn:[^:]*:(?:iam|sts)::([0-9]*):(.*)$/s.exec(text(identity["arn"]));
  if (arn === null) return text(identity["arn"]) || (identity["invokedBy"] === undefined ? "" : "service");
  return arn[1] === account ? String(arn[2]) : `${arn[1]}:${arn[2]}`;
}

function trouble(event: Members): string {
  const calls = text(members(event["additionalEventData"])["throttledCalls"]);
  return `${text(event["errorCode"])}${calls === "" ? "" : ` (${calls} calls)`}`;
}
