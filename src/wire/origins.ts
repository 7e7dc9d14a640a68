// The web origins whose pages may call the service: how the variable CORS_ORIGINS and the option --cors-origins are read.

const ORIGINS_MAX = 100;

/**
 * Reads exact origins, separated by commas or spaces.
 * @returns an empty set where there is no text.
 * @throws TypeError for what is not spelled as a browser spells its Origin header, such as `*`, `null` or a URL with a path.
 */
export function parseOrigins(text = ""): ReadonlySet<string> {
  const origins = text.split(/[\s,]+/).filter((origin) => origin !== "");
  if (origins.length > ORIGINS_MAX) throw new TypeError(`CORS origins: at most ${ORIGINS_MAX}`);
  for (const origin of origins) {
    if (!isOrigin(origin)) throw new TypeError(`CORS origins: not an exact origin such as http://localhost:5173: ${origin}`);
  }
  return new Set(origins);
}

const isOrigin = (text: string): boolean =>
  /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
