// A store keeps a check value of each root key version that sealed something in it. With another key under the same version nothing
// would open, and anything newly sealed would be lost with the next correction: so that is a clear error, and never a new seal.

import { derive } from "../crypto/derive.ts";
import { mac, macKey, verifyMac } from "../crypto/mac.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { fromHex, toHex, utf8 } from "../wire/bytes.ts";
import type { Meta } from "./meta.ts";

const CHECKED = utf8("edgekeep root key");

/** Sealing leaves the check value of its version behind. Opening writes nothing. */
export type RootKeyUse = "seal" | "open";

/** @returns a function that throws an Error where the root key of a version is missing or not the one this store was sealed under. */
export function rootKeyGuard(rootKeys: RootKeys, meta: Meta): (version: number, use: RootKeyUse) => Promise<void> {
  const verified = new Set<number>();
  return async (version, use) => {
    if (verified.has(version)) return;
    if (!rootKeys.keys.has(version))
      throw new Error(`root key version ${version}, which sealed rows of this store, is not among ROOT_KEYS`);
    const key = await macKey(await derive(rootKeys, version, "check"));
    const name = `check:${version}`;
    const kept = meta.find(name);
    if (kept === undefined && use === "open") return; // the box itself will tell
    if (kept === undefined) meta.put(name, toHex(await mac(key, CHECKED)));
    else if (!(await verifyMac(key, fromHex(kept) ?? new Uint8Array(), CHECKED))) {
      throw new Error(`root key version ${version} is not the one that sealed this store's rows: restore the right ROOT_KEYS`);
    }
    verified.add(version);
  };
}
