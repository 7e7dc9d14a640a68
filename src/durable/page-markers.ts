// Page markers: a position, sealed and bound to account, Region and operation, so that none can be made up or taken elsewhere.

import { boxes } from "../crypto/aead.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { type Bytes, framed, fromBase64Url, fromUtf8, toBase64Url, utf8 } from "../wire/bytes.ts";

/** The markers of one operation. */
export interface Markers {
  seal(position: string): Promise<string>;
  /** @returns the position; undefined for what `seal` did not make for this operation here. */
  open(marker: string): Promise<string | undefined>;
}

interface MarkerScope {
  readonly account: string;
  readonly region: string;
  readonly rootKeys: RootKeys;
  readonly random: (bytes: number) => Bytes;
}

export function markers({ account, region, rootKeys, random }: MarkerScope): (operation: string) => Markers {
  const sealed = boxes(rootKeys, random, "marker", account, region);
  return (operation) => {
    const associated = (version: number): Bytes => framed(utf8(operation), Uint8Array.of(version));
    return {
      seal: async (position) => toBase64Url(await sealed.seal(utf8(position), associated)),
      async open(marker) {
        const box = fromBase64Url(marker);
        const position = box === undefined ? undefined : await sealed.open(box, associated);
        return position === undefined ? undefined : fromUtf8(position);
      },
    };
  };
}
