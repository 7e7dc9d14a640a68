// What must stay true of a decision however a request is changed: who gets more policy of one kind never gets more, or less, than he had; and
// how a policy is written down never matters.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/authz/evaluate.ts";
import { checkOf, contextOf, decided, type Print } from "../../support/authz-asked.ts";
import { grant, level, request, statement } from "../../support/authz-requests.ts";
import type { NaiveDocument, NaiveRequest, NaiveStatement } from "../../support/naive-authz.ts";

const RUNS = { numRuns: 1000 };
const TIMEOUT = { timeout: 60_000 };
/** Of all changes more than so many must have changed the decision, or the test shows nothing. Where the fewest do, it is some 26 of a run. */
const CHANGES_MIN = 5;

type Place = "keyPolicy" | "identity" | "boundary" | "session" | "guardrails";
type Change = (given: NaiveRequest) => NaiveRequest;

const longer = (document: NaiveDocument, added: NaiveStatement, at: number): NaiveDocument => {
  const statements = [document.Statement].flat();
  return { ...document, Statement: statements.toSpliced(at % (statements.length + 1), 0, added) };
};
const firstLonger = (documents: readonly NaiveDocument[], added: NaiveStatement, at: number): NaiveDocument[] =>
  documents.map((each, index) => (index === 0 ? longer(each, added, at) : each));

/** Puts one more statement into a document; where a request has none there, nothing changes. */
function having(place: Place, added: NaiveStatement, at: number): Change {
  return (given) => {
    if (place === "guardrails") return { ...given, guardrails: given.guardrails.map((each) => firstLonger(each, added, at)) };
    if (place === "identity" || place === "session") return { ...given, [place]: firstLonger(given[place], added, at) };
    const document = given[place];
    return document === undefined ? given : { ...given, [place]: longer(document, added, at) };
  };
}

const adding = (effect: "Allow" | "Deny"): fc.Arbitrary<Change> =>
  fc
    .constantFrom<Place>("keyPolicy", "keyPolicy", "identity", "boundary", "session", "guardrails")
    .chain((place) => fc.tuple(fc.constant(place), statement(effect, place === "keyPolicy"), fc.nat({ max: 3 })))
    .map((parts) => having(...parts));

/** Tries changes that never turn a decision from one into the other; the other way about they must. */
function expectNever(from: "allowed" | "refused", changes: fc.Arbitrary<Change>, given = request): void {
  let changed = 0;
  const trying = fc.property(given, changes, (before, change) => {
    const [first, then] = [decided(before), decided(change(before))];
    if (first.allowed === (from === "allowed")) expect(then.allowed, `${first.reason}, then ${then.reason}`).toBe(first.allowed);
    else if (then.allowed !== first.allowed) changed++;
  });
  fc.assert(trying, RUNS);
  expect(changed).toBeGreaterThan(CHANGES_MIN);
}

/** Without what a boundary or session policies would be put beside. */
const uncapped = request.map(({ boundary: _, ...given }): NaiveRequest => ({ ...given, session: [] }));

describe("of more policy, or less:", () => {
  it("a Deny added never allows", TIMEOUT, () => {
    expectNever("refused", adding("Deny"));
  });

  it("an Allow added never denies", TIMEOUT, () => {
    expectNever("allowed", adding("Allow"));
  });

  it("a grant taken away never allows", TIMEOUT, () => {
    const granted = fc
      .tuple(request, grant)
      .map(([given, each]): NaiveRequest => ({ ...given, grants: [each, ...given.grants] }));
    const revoking = fc.constant<Change>((given) => ({ ...given, grants: given.grants.slice(1) }));
    expectNever("refused", revoking, granted);
  });

  it("a grant added never denies", TIMEOUT, () => {
    const granting = grant.map(
      (each): Change =>
        (given) => ({ ...given, grants: [...given.grants, each] }),
    );
    expectNever("allowed", granting);
  });

  it("a permissions boundary never allows", TIMEOUT, () => {
    const bounding = level.map(
      ([boundary = expect.unreachable()]): Change =>
        (given) => ({ ...given, boundary }),
    );
    expectNever("refused", bounding, uncapped);
  });

  it("a session policy never allows", TIMEOUT, () => {
    const narrowing = level.map(
      (session): Change =>
        (given) => ({ ...given, session }),
    );
    expectNever("refused", narrowing, uncapped);
  });

  it("a level of guardrails never allows", TIMEOUT, () => {
    const guarding = level.map(
      (added): Change =>
        (given) => ({ ...given, guardrails: [...given.guardrails, added] }),
    );
    expectNever("refused", guarding);
  });
});

it("the second admission decides as the first, whatever the same documents have been asked between", TIMEOUT, () => {
  const same = fc.property(request, request, (given, { context }) => {
    const check = checkOf(given);
    const first = evaluate(check);
    evaluate({ ...check, context: contextOf(context) });
    expect(evaluate(check)).toEqual(first);
  });
  fc.assert(same, RUNS);
});

/** Everything that may stand in any order, turned about: statements, members, values of a list. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.toReversed().map(turned);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([name, each]) => [name, turned(each)]));
}

/** The case of actions the other way about. */
const swapped = (text: string): string =>
  [...text].map((each) => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase())).join("");

function recased(document: NaiveDocument): NaiveDocument {
  const of = (value: string | readonly string[] | undefined) => [value ?? []].flat().map(swapped);
  const statements = [document.Statement].flat().map((each) => ({
    ...each,
    ...(each.Action === undefined ? { NotAction: of(each.NotAction) } : { Action: of(each.Action) }),
  }));
  return { ...document, Statement: statements };
}

/** White space wherever JSON allows it; none is put into a string. */
function spaced(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g, (token) => `\n\t${token} \r\n`);
}

/** Every letter by its number. */
function escaped(text: string): string {
  const letter = (each: string) => `\\u00${each.charCodeAt(0).toString(16)}`;
  return text.replace(/"[^"]*"/g, (token) => token.replace(/[A-Za-z]/g, letter));
}

describe("how a policy is written never matters:", () => {
  const WAYS: readonly (readonly [string, Print])[] = [
    ["the order of statements, keys and values", (document) => JSON.stringify(turned(document))],
    ["the case of actions", (document) => JSON.stringify(recased(document))],
    ["JSON's white space", (document) => spaced(JSON.stringify(document))],
    ["JSON's escapes", (document) => escaped(JSON.stringify(document))],
  ];
  it.each(WAYS)("%s", TIMEOUT, (_, print) => {
    const same = fc.property(request, (given) => {
      expect(decided(given, print)).toEqual(decided(given));
    });
    fc.assert(same, RUNS);
  });
});
