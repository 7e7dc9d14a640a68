// The root keys of every test: two versions, of which one still signs callers in and the other seals. Made up, and of no use elsewhere.

const V1 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const V2 = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/** Version 2 seals and signs in; version 1 opens what it sealed, and nothing else. */
export const TEST_ROOT_KEYS = JSON.stringify({ seal: 2, credentials: [2], keys: { 1: V1, 2: V2 } });

/** The same keys while version 1 sealed: what an older deployment had. */
export const OLDER_ROOT_KEYS = JSON.stringify({ seal: 1, credentials: [1], keys: { 1: V1, 2: V2 } });
