// What a primitive costs by itself in the workerd under measurement: a route of the bench's Worker (test/support/floor.ts) that no
// deployment has.

import type { Asked } from "../../support/asked.ts";

/** @returns microseconds that one takes. */
export async function primitiveOf(port: number, asked: Asked): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/bench/primitive`, { method: "POST", body: JSON.stringify(asked) });
  if (!answer.ok) throw new Error(`the primitive of ${asked.algorithm}: ${answer.status}`);
  return Number(await answer.text());
}
