// What a cryptographic primitive costs inside workerd, without a request around it: the registry's own functions, in a loop. For the bench.

import { aeskwp } from "@noble/ciphers/aes.js";
import { unwrap } from "../../src/crypto/key-wrap.ts";
import { Secret } from "../../src/crypto/secret.ts";
import type { Opened, OpenedPublic } from "../../src/keyring/key-spec.ts";
import { keySpec } from "../../src/keyring/specs.ts";
import type { Bytes, Random } from "../../src/wire/bytes.ts";
import type { Asked } from "./asked.ts";

type Work = () => unknown;
interface Keys {
  readonly material: Secret;
  readonly key: Opened;
  /** The pair's; of a key that is no pair, whatever asks it for something fails. */
  readonly publicKey: OpenedPublic;
  readonly peer: Bytes;
}

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

const AES_BYTES = 32;

/** What is done over and over. Each is made ready once: a signature to verify, a ciphertext to open. */
const WORK = {
  sign: async ({ key }: Keys, { algorithm, type, bytes }: Asked): Promise<Work> => {
    const message = random(bytes);
    return () => key.sign(algorithm, message, type, random);
  },
  verify: async ({ key, publicKey }: Keys, { algorithm, type, bytes }: Asked): Promise<Work> => {
    const message = random(bytes);
    const signature = await key.sign(algorithm, message, type, random);
    return () => publicKey.verify(algorithm, message, type, signature);
  },
  encrypt: async ({ publicKey }: Keys, { algorithm, bytes }: Asked): Promise<Work> => {
    const plaintext = random(bytes);
    return () => publicKey.encrypt(algorithm, plaintext);
  },
  decrypt: async ({ key, publicKey }: Keys, { algorithm, bytes }: Asked): Promise<Work> => {
    const ciphertext = await publicKey.encrypt(algorithm, random(bytes));
    return () => key.decrypt(algorithm, ciphertext);
  },
  decryptOnce: async ({ material, publicKey }: Keys, { spec, algorithm, bytes }: Asked): Promise<Work> => {
    const ciphertext = await publicKey.encrypt(algorithm, random(bytes));
    return async () => (await keySpec(spec).open(material)).decrypt(algorithm, ciphertext);
  },
  read:
    async ({ material }: Keys, { spec }: Asked): Promise<Work> =>
    () =>
      keySpec(spec).importing?.read(material),
  unwrap: async (_: Keys, { bytes }: Asked): Promise<Work> => {
    const aes = random(AES_BYTES);
    const wrapped = new Uint8Array(aeskwp(aes).encrypt(random(bytes)));
    return () => unwrap(new Secret(aes), wrapped);
  },
  mac: async ({ key }: Keys, { algorithm, bytes }: Asked): Promise<Work> => {
    const message = random(bytes);
    return () => key.mac(algorithm, message);
  },
  derive:
    async ({ key, peer }: Keys, { algorithm }: Asked): Promise<Work> =>
    () =>
      key.derive(algorithm, peer),
  encapsulate:
    async ({ publicKey }: Keys, { algorithm }: Asked): Promise<Work> =>
    () =>
      publicKey.encapsulate(algorithm, random),
  decapsulate: async ({ key, publicKey }: Keys, { algorithm }: Asked): Promise<Work> => {
    const { ciphertext } = await publicKey.encapsulate(algorithm, random);
    return () => key.decapsulate(algorithm, ciphertext);
  },
  generate:
    async (_: Keys, { spec }: Asked): Promise<Work> =>
    () =>
      keySpec(spec).generate(random),
} satisfies Readonly<Record<Asked["what"], (keys: Keys, asked: Asked) => Promise<Work>>>;

const MEASURED_MS = 300;
const WARM_UPS = 3;

/** @returns microseconds that one takes. Locally the clock goes on while code runs; in production it would stand still. */
export async function primitiveMicroseconds(asked: Asked): Promise<number> {
  const spec = keySpec(asked.spec);
  const { material, publicKey } = await spec.generate(random);
  const key = await spec.open(material);
  const opened = publicKey === undefined ? (undefined as never) : await spec.openPublic(publicKey);
  const work = await WORK[asked.what]({ material, key, publicKey: opened, peer: publicKey ?? new Uint8Array() }, asked);
  for (let count = 0; count < WARM_UPS; count++) await work();
  const begin = Date.now();
  let count = 0;
  while (Date.now() - begin < MEASURED_MS) {
    await work();
    count++;
  }
  return ((Date.now() - begin) * 1000) / count;
}
