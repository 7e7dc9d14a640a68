// A form as Query services are sent it: parameters by name. Read in one pass and within bounds, decoded strictly, each name once.
// Source: WHATWG URL §5 (application/x-www-form-urlencoded), which forgives what is refused here.

import { ApiError } from "./api-error.ts";

/** Parameters of one form: a map has no prototype whose names could be asked for. */
export type Parameters = ReadonlyMap<string, string>;

const PARAMETERS_MAX = 2000;

const unreadable = (message: string): ApiError => new ApiError("SerializationException", message);

/**
 * Reads a form. A parameter without an equals sign has an empty value; nothing between two ampersands is no parameter.
 * @throws ApiError SerializationException for more than 2,000 parameters, a name given twice, an escape that is none or no UTF-8.
 */
export function parseForm(body: string): Parameters {
  const parameters = new Map<string, string>();
  for (let begin = 0; begin < body.length; ) {
    const mark = body.indexOf("&", begin);
    const end = mark < 0 ? body.length : mark;
    if (end > begin) {
      // Names are all different, so that they count what has been read.
      if (parameters.size === PARAMETERS_MAX) throw unreadable(`The request has more than ${PARAMETERS_MAX} parameters.`);
      const [name, value] = pairOf(body.slice(begin, end));
      if (parameters.has(name)) throw unreadable("The request gives a parameter more than once.");
      parameters.set(name, value);
    }
    begin = end + 1;
  }
  return parameters;
}

function pairOf(piece: string): readonly [name: string, value: string] {
  const equals = piece.indexOf("=");
  return equals < 0 ? [decoded(piece), ""] : [decoded(piece.slice(0, equals)), decoded(piece.slice(equals + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw unreadable("The request has a parameter that is not percent-encoded UTF-8.");
  }
}
