// Imported key material as Terraform's resource aws_kms_external_key brings it: applied, planned again, put off, destroyed.

import { randomBytes } from "node:crypto";
import { DescribeKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { kmsClient, newState, startServer } from "./edgekeep.ts";
import { provider, terraformBeside, whyNoTerraform } from "./terraform-session.ts";

const PATIENCE_MS = 600_000;
const DAY_MS = 86_400_000;

const reason = whyNoTerraform();

const inDays = (days: number): string => `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 19)}Z`;

const configuration = (endpoint: string, material: string, validTo: string): string => `${provider(endpoint)}
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
    const material = randomBytes(32).toString("base64");
    const until = (validTo: string): string => configuration(server.endpoint, material, validTo);
    const described = async () => {
      const { Keys: [key] = [] } = await kmsClient(state).send(new ListKeysCommand({}));
      return (await kmsClient(state).send(new DescribeKeyCommand({ KeyId: key?.KeyId }))).KeyMetadata;
    };

    const [soon, later] = [inDays(7), inDays(30)];
    const terraform = await terraformBeside(state, until(soon));
    expect(await terraform.run("apply", "-auto-approve")).toContain("1 added");
    expect(await terraform.run("plan", "-detailed-exitcode")).toContain("No changes"); // it fails where there are any
    const first = await described();
    const expected = { Origin: "EXTERNAL", KeyState: "Enabled", ExpirationModel: "KEY_MATERIAL_EXPIRES" };
    expect(first).toMatchObject({ ...expected, ValidTo: new Date(soon) });

    terraform.write(until(later));
    expect(await terraform.run("apply", "-auto-approve")).toContain("1 changed"); // the same material comes again
    expect(await described()).toEqual({ ...first, ValidTo: new Date(later) });
    expect(await terraform.run("destroy", "-auto-approve")).toContain("1 destroyed");
    expect((await described())?.KeyState).toBe("PendingDeletion");
    await server.stop("npm");
  },
);
