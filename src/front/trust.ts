// What a front believes callers by, and objects believe the front by: both derive from the root keys.

import { parseRootKeys } from "../crypto/root-keys.ts";
import { PassportOffice } from "../durable/passport-office.ts";
import type { Env } from "../env.ts";
import { Authenticator } from "./authenticate.ts";

export interface Trust {
  readonly authenticator: Authenticator;
  readonly passports: PassportOffice;
}

/**
 * @returns the trust of a service's front, made by its first request and kept.
 * @throws TypeError for root keys that cannot be read: an unknown error, logged and answered as any other.
 */
export function trustOf(env: Env, service: string): () => Trust {
  let trust: Trust | undefined;
  return () => {
    if (trust === undefined) {
      const rootKeys = parseRootKeys(env.ROOT_KEYS);
      trust = { authenticator: new Authenticator(rootKeys, service), passports: new PassportOffice(rootKeys) };
    }
    return trust;
  };
}
