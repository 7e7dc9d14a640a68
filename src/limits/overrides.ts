// Variables that override some of a table's numbers: a JSON object such as {"keys": 5000}.

/**
 * @returns the numbers that are named.
 * @throws TypeError for what is no JSON object, names what `defaults` has not, or has a value that `accepts` refuses.
 */
export function readOverrides<Name extends string>(
  variable: string,
  text: string,
  defaults: Readonly<Record<Name, number>>,
  accepts: (value: unknown) => boolean,
): Readonly<Partial<Record<Name, number>>> {
  const given = parse(text);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new TypeError(`${variable} is no JSON object`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`${variable}: there is no ${name}`);
    if (!accepts(value)) throw new TypeError(`${variable}: ${name} may not be ${JSON.stringify(value)}`);
  }
  return given as Readonly<Partial<Record<Name, number>>>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
