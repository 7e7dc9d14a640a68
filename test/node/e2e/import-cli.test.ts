// Imported key material by the AWS CLI and openssl alone, in the steps of AWS's guide "Importing key material".

import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { clientEnvironment, newState, startServer } from "./edgekeep.ts";
import { has } from "./sessions.ts";

const CLI_PATIENCE_MS = 30_000;
const DAY_MS = 86_400_000;

const reason = has("aws") ? undefined : "no `aws` CLI is installed here";

/** The CLI's first version prints seconds since the epoch, the second one ISO 8601. */
const timeOf = (printed: unknown): number => (typeof printed === "number" ? printed * 1000 : Date.parse(String(printed)));

describe.skipIf(reason !== undefined)(`the AWS CLI and openssl${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  test("make material, import it until a date, use it, delete it, and import it again", { timeout: 240_000 }, async () => {
    const state = newState();
    const server = await startServer(state);
    const cwd = `${state}-material`;
    mkdirSync(cwd, { mode: 0o700 });
    const shell = async (command: string): Promise<string> => {
      const env = { ...clientEnvironment(state), AWS_DEFAULT_OUTPUT: "json" };
      const { stdout } = await promisify(execFile)("sh", ["-ec", command], { cwd, env, timeout: CLI_PATIENCE_MS });
      return stdout;
    };
    const aws = async (words: string) => {
      const stdout = await shell(`aws kms ${words}`);
      return stdout === "" ? {} : JSON.parse(stdout);
    };

    const { KeyMetadata: made } = await aws("create-key --origin EXTERNAL --description 'imported material'");
    expect(made).toMatchObject({ KeyState: "PendingImport", Enabled: false, Origin: "EXTERNAL" });
    const key = `--key-id ${made.KeyId}`;

    await shell(`
      aws kms get-parameters-for-import ${key} --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_2048 \\
        --query '[PublicKey, ImportToken]' --output text | tr '\\t' '\\n' > parameters.b64
      sed -n 1p parameters.b64 > PublicKey.b64
      sed -n 2p parameters.b64 > ImportToken.b64
      openssl enc -d -base64 -A -in PublicKey.b64 -out WrappingPublicKey.bin
      openssl enc -d -base64 -A -in ImportToken.b64 -out ImportToken.bin
      openssl rand -out PlaintextKeyMaterial.bin 32
      openssl pkeyutl -encrypt -in PlaintextKeyMaterial.bin -out EncryptedKeyMaterial.bin \\
        -inkey WrappingPublicKey.bin -keyform DER -pubin \\
        -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
    `);
    const sent = "--encrypted-key-material fileb://EncryptedKeyMaterial.bin --import-token fileb://ImportToken.bin";
    const validTo = `${new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 19)}Z`;
    const first = await aws(`import-key-material ${key} ${sent} --expiration-model KEY_MATERIAL_EXPIRES --valid-to ${validTo}`);
    const described = async () => (await aws(`describe-key ${key}`)).KeyMetadata;
    const imported = await described();
    expect(imported).toMatchObject({ KeyState: "Enabled", Enabled: true, ExpirationModel: "KEY_MATERIAL_EXPIRES" });
    expect(timeOf(imported.ValidTo)).toBe(Date.parse(validTo));
    expect(imported.CurrentKeyMaterialId).toBe(first.KeyMaterialId);

    await shell(`
      printf 'attack at dawn' > plain
      aws kms encrypt ${key} --plaintext fileb://plain --query CiphertextBlob --output text | base64 -d > sealed
    `);
    const decrypt = "decrypt --ciphertext-blob fileb://sealed";
    const plaintext = Buffer.from("attack at dawn").toString("base64");
    expect(await aws(decrypt)).toMatchObject({ KeyId: made.Arn, Plaintext: plaintext, KeyMaterialId: first.KeyMaterialId });

    await aws(`delete-imported-key-material ${key}`);
    const emptied = await described();
    expect(emptied).toMatchObject({ KeyState: "PendingImport", Enabled: false });
    for (const member of ["ValidTo", "ExpirationModel"]) expect(emptied).not.toHaveProperty(member);
    await expect(aws(decrypt)).rejects.toThrow("KMSInvalidStateException");

    const again = await aws(`import-key-material ${key} ${sent} --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE`);
    expect(again.KeyMaterialId).toBe(first.KeyMaterialId);
    const back = await described();
    expect(back).toMatchObject({ KeyState: "Enabled", ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" });
    expect(back).not.toHaveProperty("ValidTo");
    expect(await aws(decrypt)).toMatchObject({ Plaintext: plaintext });
    await server.stop("npm");
  });
});
