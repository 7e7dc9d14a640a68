// Keys whose material or public key a test brings along: they stand in the store as if CreateKey had made them.

import { defaultPolicy } from "../../src/authz/key-policy.ts";
import { Secret } from "../../src/crypto/secret.ts";
import type { KeyUsage } from "../../src/keyring/key.ts";
import { SealedKeys } from "../../src/keyring/sealed-keys.ts";
import type { Bytes } from "../../src/wire/bytes.ts";
import { REGION, testRootKeys } from "./client.ts";
import { random } from "./keyrings.ts";
import { inStore } from "./store.ts";

interface Planted {
  readonly spec: string;
  readonly usage: KeyUsage;
  /** What is sealed of the private key; zeros where the test has the public key alone. */
  readonly material?: Bytes;
  readonly publicKey?: Bytes;
}

/** @returns the key's id. */
export const plant = (account: string, { spec, usage, material = new Uint8Array(32), publicKey }: Planted): Promise<string> =>
  inStore(account, async (world) => {
    world.ensureSchema();
    const id = crypto.randomUUID();
    const sealed = new SealedKeys({ account, region: REGION, rootKeys: testRootKeys, random, requireRootKey: async () => {} });
    const made = await sealed.seal({ id, spec, usage }, { material: new Secret(material), publicKey });
    const { keys, materials, publicKeys } = world.tables;
    const common = { origin: "AWS_KMS", createdAt: world.now() } as const;
    world.storage.transactionSync(() => {
      keys.insert({
        ...{
          ...common,
          id,
          spec,
          usage,
          state: "Enabled",
          description: "",
          policy: defaultPolicy(account),
          principals: new Map(),
          multiRegion: false,
        },
        ...{ salt: made.saltBox, materialId: made.materialId },
      });
      materials.insert({ ...common, id: made.materialId, keyId: id, box: made.box });
      if (made.publicBox !== undefined) publicKeys.insert(id, made.publicBox);
    });
    return id;
  });
