// A structure with a member of every kind, to try the reading of bodies on.

import {
  blob,
  decode,
  defaulted,
  flag,
  integer,
  listOf,
  oneOf,
  optional,
  type Structure,
  string,
  stringMap,
  structure,
} from "../../../src/wire/shape.ts";
import { refused } from "../../support/refused.ts";

const tag = structure({ TagKey: string({ min: 1, max: 128 }), TagValue: string({ min: 0, max: 256 }) });
export const wide = structure({
  KeyId: string({ min: 1, max: 2048 }),
  Plaintext: optional(blob({ min: 1, max: 16 })),
  NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
  MacAlgorithm: optional(oneOf("HMAC_SHA_224", "HMAC_SHA_256")),
  DryRun: optional(flag),
  EncryptionContext: optional(stringMap),
  GrantTokens: optional(listOf(string({ min: 1, max: 8 }), { min: 0, max: 2 })),
  Operations: optional(listOf(oneOf("Encrypt", "Decrypt"))),
  Tags: optional(listOf(tag)),
  Marker: optional(string({ min: 2, max: 8, pattern: "[a-z]+" })),
  Recipient: optional(structure({ AttestationDocument: optional(blob({ min: 1, max: 4 })) })),
  Limit: defaulted(integer({ min: 1, max: 1000 }), 50),
});

/** The refusal of a body, as it stands on the wire. */
export const refusal = <T>(shape: Structure<T>, body: string): { code: string; message: string } =>
  refused(() => decode(shape, body));
export const UNREADABLE = { code: "SerializationException", message: "" };

/** A body of the wide shape with these members, the one that it must have among them. */
export const body = (members: string): string => `{"KeyId":"k"${members === "" ? "" : `,${members}`}}`;
