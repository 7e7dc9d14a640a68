// Table `public_key`: the SubjectPublicKeyInfo of each pair, sealed so that nobody who edits the file exchanges it. It is no secret, so it
// needs no slot.

import type { SealedPublicKeys } from "../../keyring/keyring.ts";
import type { Bytes } from "../../wire/bytes.ts";

export interface PublicKeyWrites extends SealedPublicKeys {
  insert(keyId: string, box: Bytes): void;
  remove(keyId: string): void;
}

export const publicKeys = (sql: SqlStorage): PublicKeyWrites => ({
  find(keyId) {
    const [row] = sql.exec<{ box: ArrayBuffer }>("SELECT box FROM public_key WHERE key_id = ?", keyId).toArray();
    return row && new Uint8Array(row.box);
  },
  insert(keyId, box) {
    sql.exec("INSERT INTO public_key (key_id, box) VALUES (?, ?)", keyId, box);
  },
  remove(keyId) {
    sql.exec("DELETE FROM public_key WHERE key_id = ?", keyId);
  },
});
