// Imported key material as Terraform's resource aws_kms_external_key brings it: applied, planned again, put off, destroyed.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DescribeKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { clientEnvironment, kmsClient, newState, startServer } from "./edgekeep.ts";
import { mirror, whyNoTerraform } from "./terraform-mirror.ts";

const PATIENCE_MS = 600_000;
const DAY_MS = 86_400_000;

const reason = whyNoTerraform();

const inDays = (days: number): string => `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 19)}Z`;

const configuration = (endpoint: string, material: string, validTo: string): string => `
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    kms = "${endpoint}"
    sts = "${endpoint}"
    iam = "${endpoint}"
  }
}

resource "aws_kms_external_key" "imported" {
  description             = "material of our own"
  key_material_base64     = "${material}"
  valid_to                = "${validTo}"
  enabled                 = true # the provider disables what does not say so
  deletion_window_in_days = 7
  tags                    = { made-by = "Terraform" }
}
`;

test.skipIf(reason !== undefined)(
  `aws_kms_external_key brings material until a date, sees nothing to change, puts the date off${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  { timeout: PATIENCE_MS },
  async () => {
    const state = newState();
    const server = await startServer(state);
    const cwd = `${state}-terraform`;
    mkdirSync(cwd);
    const own = Object.entries(clientEnvironment(state)).filter(([name]) => !name.startsWith("TF_"));
    const env = { ...Object.fromEntries(own), CHECKPOINT_DISABLE: "1" };
    const terraform = async (...words: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)("terraform", [...words, "-no-color"], { cwd, env, timeout: PATIENCE_MS });
      return stdout;
    };
    const material = randomBytes(32).toString("base64");
    const write = (validTo: string): void => {
      writeFileSync(join(cwd, "main.tf"), configuration(server.endpoint, material, validTo), { mode: 0o600 });
    };
    const described = async () => {
      const { Keys: [key] = [] } = await kmsClient(state).send(new ListKeysCommand({}));
      return (await kmsClient(state).send(new DescribeKeyCommand({ KeyId: key?.KeyId }))).KeyMetadata;
    };

    const [soon, later] = [inDays(7), inDays(30)];
    write(soon);
    await terraform("init", `-plugin-dir=${mirror}`);
    expect(await terraform("apply", "-auto-approve")).toContain("1 added");
    expect(await terraform("plan", "-detailed-exitcode")).toContain("No changes"); // it fails where there are any
    const first = await described();
    const expected = { Origin: "EXTERNAL", KeyState: "Enabled", ExpirationModel: "KEY_MATERIAL_EXPIRES" };
    expect(first).toMatchObject({ ...expected, ValidTo: new Date(soon) });

    write(later);
    expect(await terraform("apply", "-auto-approve")).toContain("1 changed"); // the same material comes again
    expect(await described()).toEqual({ ...first, ValidTo: new Date(later) });
    expect(await terraform("destroy", "-auto-approve")).toContain("1 destroyed");
    expect((await described())?.KeyState).toBe("PendingDeletion");
    await server.stop("npm");
  },
);
