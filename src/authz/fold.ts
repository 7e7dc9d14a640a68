// Names whose case does not count: of condition keys, actions and tags. Only ASCII letters fold: `toLowerCase` would make U+212A, the sign of
// the kelvin, a `k`, and another key would satisfy a condition.

const CAPITALS = /[A-Z]+/g;

export const fold = (name: string): string => name.replace(CAPITALS, (letters) => letters.toLowerCase());
