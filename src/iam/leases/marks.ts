// The mark of unfinished rounds, in `meta`: what an instance that comes after this one has to end.

import type { Meta } from "../../durable/meta.ts";
import type { Mark, RoundPorts } from "./rounds.ts";

const NAME = "round";
const NONE = "";

export const marks = (meta: Meta): Pick<RoundPorts, "mark" | "putMark"> => ({
  mark() {
    const text = meta.find(NAME) ?? NONE;
    return text === NONE ? undefined : (JSON.parse(text) as Mark);
  },
  putMark(mark) {
    meta.put(NAME, mark === undefined ? NONE : JSON.stringify(mark));
  },
});
