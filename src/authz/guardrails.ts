// Guardrails: what an operator allows an account at most, its root too. The variable GUARDRAILS, a JSON object: an account, or `*` for every one, to
// levels, each a list of documents as identities have them; every level must allow.

import { type Document, documentOf } from "./document.ts";
import { isObject } from "./policy-json.ts";

export type Levels = readonly (readonly Document[])[];

const EVERY_ACCOUNT = "*";
const ACCOUNT = /^(?:\*|\d{12})$/;

const unreadable = (): never => {
  throw new TypeError("GUARDRAILS is no JSON object of accounts, each with a list of lists of policies");
};

/** Reads the variable. @throws TypeError for anything but such an object, and for a policy that does not compile. */
export function parseGuardrails(text: string | undefined): (account: string) => Levels {
  if (text === undefined || text === "") return () => [];
  const compiled = new Map(Object.entries(objectOf(text)).map(([account, levels]) => [account, levelsOf(account, levels)]));
  return (account) => [...(compiled.get(EVERY_ACCOUNT) ?? []), ...(compiled.get(account) ?? [])];
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : unreadable();
  } catch {
    return unreadable();
  }
}

function levelsOf(account: string, levels: unknown): Levels {
  if (!ACCOUNT.test(account) || !Array.isArray(levels)) return unreadable();
  return levels.map((level: unknown) => {
    if (!Array.isArray(level) || level.length === 0) return unreadable();
    return level.map((each: unknown) => {
      try {
        return documentOf(JSON.stringify(each), "identity");
      } catch {
        return unreadable();
      }
    });
  });
}
