// Vectors of C2SP/wycheproof, a test each; without them, one test that is skipped and says why.

import { describe, it } from "vitest";
import type { Bytes } from "../../src/wire/bytes.ts";

export interface Vector {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags: readonly string[];
  readonly result: "valid" | "invalid" | "acceptable";
  /** The rest in hexadecimal: msg, sig, ct, key, … */
  readonly [member: string]: unknown;
}

export interface Group {
  readonly tests: readonly Vector[];
  readonly [member: string]: unknown;
}

export interface VectorFile {
  readonly testGroups: readonly Group[];
}

/** A member in hexadecimal; empty where it is missing. */
export const hex = (of: Vector | Group, member: string): Bytes => Uint8Array.fromHex(String(of[member] ?? ""));

/** Runs a test for each vector. `prepare` is called once a group, when its first test runs. */
export function vectors<T>(
  name: string,
  file: VectorFile | null,
  prepare: (group: Group) => T | Promise<T>,
  test: (prepared: T, vector: Vector, group: Group) => Promise<void>,
): void {
  describe(name, () => {
    if (file === null) {
      it.skip("WYCHEPROOF_DIR does not say where C2SP/wycheproof's testvectors_v1 are", () => {});
      return;
    }
    for (const group of file.testGroups) {
      let prepared: Promise<T> | undefined;
      it.each(group.tests.map((vector) => [vector.tcId, vector.comment ?? vector.flags.join(), vector] as const))(
        "%i %s",
        async (_id, _comment, vector) => {
          prepared ??= Promise.resolve(prepare(group));
          await test(await prepared, vector, group);
        },
      );
    }
  });
}
