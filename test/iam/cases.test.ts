// The cases of test/vectors/authz.jsonl over the wire: users made by IAM with the documents of the case, keys with its policies and grants, and the
// call made. What the engine decides of every case is tested beside the engine; here everything that feeds it stands in between.

import { beforeAll, describe, expect, it } from "vitest";
import { CASES, type Case } from "../support/authz-cases.ts";
import { drive, newPlace, type Place, whyNot } from "./wire-cases.ts";
import { isOfAlias } from "./wire-inputs.ts";

const driven = CASES.filter((each) => whyNot(each) === undefined);

/** The cases that are not driven, by the reason: all others are. */
const NOT_DRIVEN: Readonly<Record<string, string>> = {
  "its caller is a session":
    "C021 C022 C023 C024 C027 C030 C031 C041 C042 C050 C077 C090 C109 C110 C157 C158 C159 C160 C161 C162 C163 C174 C184 C185 C234 C235 C248 C252 C254",
  "it names somebody who does not exist, whom no policy can name": "C025",
  "it is of two accounts": "C029 C052 C053 C168 C169 C170 C171 C172 C173 C175 C176 C177 C178 C179 C249 C253",
  "it has a guardrail": "C051 C164 C165 C166 C167",
  "its context is a service's": "C096 C097",
  "it is of a key in several Regions": "C219",
  "it assumes a role": "C228 C229 C230 C231 C232 C233",
};

/** As a refusal says why. */
const WORDS: Readonly<Record<string, string>> = {
  EXPLICIT_DENY_KEY_POLICY: "with an explicit deny in a resource-based policy",
  EXPLICIT_DENY_IDENTITY: "with an explicit deny in an identity-based policy",
  EXPLICIT_DENY_BOUNDARY: "with an explicit deny in a permissions boundary",
  IMPLICIT_DENY_KEY_POLICY: "because no resource-based policy allows the",
  IMPLICIT_DENY_IDENTITY: "because no identity-based policy allows the",
  IMPLICIT_DENY_BOUNDARY: "because no permissions boundary allows the",
};

it("every case is driven, or has a reason why not", () => {
  const reasons = Map.groupBy(CASES, whyNot);
  const told = [...reasons].flatMap(([why, cases]) => (why === undefined ? [] : [[why, cases.map(({ id }) => id).join(" ")]]));
  expect(Object.fromEntries(told)).toEqual(NOT_DRIVEN);
});

describe("a case over the wire", () => {
  let shared: Place;
  beforeAll(async () => {
    shared = await newPlace();
  });

  it.each(driven.map((given): [string, string, Case] => [given.id, given.title, given]))("%s %s", async (_id, _title, given) => {
    const { isAllowed, status, code, message } = await drive(given, isOfAlias(given) ? await newPlace() : shared);
    const told = `${status} ${code}: ${message}`;
    if (given.kind === "validate") {
      expect(code, told).toBe(given.expect === "accept" ? undefined : (given.expectError ?? "MalformedPolicyDocumentException"));
      return;
    }
    expect(isAllowed, told).toBe(given.expect === "allow");
    if (isAllowed) expect(code, told).toBeUndefined();
    else expect(message).toContain(WORDS[given.reason] ?? "is not authorized to perform");
  });
});
