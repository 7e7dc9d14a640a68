// A record at its bounds: 2 KiB a member as printed, 1,024 characters and 2 KiB a text.

import { describe, expect, it } from "vitest";
import { type Event, printEvent } from "../../../src/audit/event.ts";

const MEMBER_BYTES_MAX = 2048;
const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

const printed = (over: Partial<Event>): Record<string, unknown> => {
  const source = { requestId: "id", sourceAddress: "192.0.2.1", userAgent: "a client", host: "kms.example" };
  const about = {
    name: "Encrypt",
    eventSource: "kms.amazonaws.com",
    readOnly: true,
    region: "us-east-1",
    account: "111122223333",
  };
  return JSON.parse(printEvent({ id: "id", time: 0, identity: "{}", source, ...about, ...over })) as Record<string, unknown>;
};
const member = (value: unknown): unknown =>
  (printed({ request: { members: { Member: value }, keep: ["Member"] } })["requestParameters"] as Record<string, unknown>)[
    "member"
  ];

describe("a member of a record", () => {
  it.each(["x", "é", "記", "😀", "\\"])(
    "of %s is kept up to 2 KiB as it is printed, and one character more is not",
    async (unit) => {
      const each = bytesOf(JSON.stringify(unit)) - 2;
      const longest = unit.repeat(Math.floor((MEMBER_BYTES_MAX - 2) / each));
      expect(member(longest)).toBe(longest);
      const tooLong = longest + unit;
      const bytes = new TextEncoder().encode(JSON.stringify(tooLong));
      const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      expect(member(tooLong)).toEqual({ omitted: bytes.byteLength, sha256 });
    },
  );

  it("counts with all that is in it", () => {
    const pair = (length: number) => new Map([["a", "x".repeat(length)]]);
    expect(member(pair(MEMBER_BYTES_MAX - 8))).toEqual({ a: "x".repeat(MEMBER_BYTES_MAX - 8) });
    expect(member(pair(MEMBER_BYTES_MAX - 7))).toMatchObject({ omitted: MEMBER_BYTES_MAX + 1 });
  });
});

describe("a text of a record", () => {
  const agent = (userAgent: string): string =>
    String(printed({ source: { requestId: "id", sourceAddress: "", userAgent, host: "" } })["userAgent"]);

  it.each([
    ["x", 5000, 1024],
    ["é", 1023, 1023],
    ["é", 1024, 1023],
    ["記", 1024, 682],
    ["\u0001", 1024, 341],
    ['"', 1024, 1023],
  ])("of %j, %d times, keeps %d", (unit, given, kept) => {
    expect(agent(unit.repeat(given))).toBe(unit.repeat(kept));
  });

  it("is cut between characters, and stays well-formed", () => {
    const cut = agent("😀".repeat(1000));
    expect(cut.isWellFormed()).toBe(true);
    expect(bytesOf(JSON.stringify(cut))).toBeLessThanOrEqual(MEMBER_BYTES_MAX);
  });
});
