// Canaries: private bytes that are caught where the platform gives them, and looked for in whatever a store keeps or says.

import { vi } from "vitest";
import { recordsOf } from "./records.ts";
import { inStore } from "./store.ts";

/** Long enough that no chance meets it. */
const CANARY_BYTES = 16;

/** Whatever the platform draws or prints of private keys from now on. */
export function caught(): Uint8Array[] {
  const found: Uint8Array[] = [];
  const { exportKey } = crypto.subtle;
  vi.spyOn(crypto.subtle, "exportKey").mockImplementation(async (format, key) => {
    const exported = await exportKey.call(crypto.subtle, format, key);
    if (format === "pkcs8" && exported instanceof ArrayBuffer) found.push(...piecesOf(new Uint8Array(exported)));
    return exported;
  });
  const { getRandomValues } = crypto;
  vi.spyOn(crypto, "getRandomValues").mockImplementation((bytes) => {
    const drawn = getRandomValues.call(crypto, bytes);
    if (drawn instanceof Uint8Array && drawn.byteLength >= CANARY_BYTES) found.push(drawn.slice());
    return drawn as never;
  });
  return found;
}

/** What is private in a PKCS#8 stands behind its head: pieces of it from there on. The public point of a curve is at its end. */
function piecesOf(pkcs8: Uint8Array): Uint8Array[] {
  const [first, last] = pkcs8.byteLength > 1000 ? [700, pkcs8.byteLength] : [40, Math.min(pkcs8.byteLength, 60)];
  const pieces: Uint8Array[] = [];
  for (let at = first; at + CANARY_BYTES <= last; at += CANARY_BYTES) pieces.push(pkcs8.slice(at, at + CANARY_BYTES));
  return pieces;
}

/** The same bytes as people and programs write them. */
export const writings = (canary: Uint8Array): string[] => {
  const text = canary.toBase64({ omitPadding: true });
  return [
    canary.toHex(),
    text.slice(0, -2),
    canary.toBase64({ alphabet: "base64url", omitPadding: true }).slice(0, -2),
    canary.join(","),
  ];
};

/** Everything that a store keeps, as text, and its records; bytes in hexadecimal. */
export const everything = async (account: string): Promise<string[]> => [
  ...(await rowsOf(account)),
  ...(await recordsOf(account)).map(({ record }) => record),
];

const rowsOf = (account: string): Promise<string[]> =>
  inStore(account, (_, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    return tables.toArray().flatMap(({ name }) =>
      sql
        .exec(`SELECT * FROM "${name}"`)
        .toArray()
        .flatMap((row) => Object.values(row))
        .map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value).toHex() : String(value))),
    );
  });
