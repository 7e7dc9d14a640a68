// Text in an XML document. Source: XML 1.0, §2.2 (characters) and §2.11 (ends of lines).

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\r": "&#xD;", // as it stands, a reader would make a line feed of it
};

/** What no document may hold, not even as a reference. Lone surrogates are put right before. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SPECIAL = /[&<>"'\r]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** The text as it stands between tags and in attributes; what XML cannot hold is U+FFFD. */
export const xmlText = (text: string): string =>
  text.toWellFormed().replace(SPECIAL, (character) => ENTITIES[character] ?? "\ufffd");
