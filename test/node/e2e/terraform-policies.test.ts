// Key policies and grants as Terraform's resources bring them: applied, planned again without a change, changed, destroyed.

import { ListGrantsCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { kmsClient, newState, startServer } from "./edgekeep.ts";
import { provider, terraformBeside, whyNoTerraform } from "./terraform-session.ts";

const PATIENCE_MS = 600_000;

const reason = whyNoTerraform();

/** The account of `npm start`. */
const ROOT = "arn:aws:iam::123456789012:root";

const configuration = (endpoint: string, purpose: string): string => `${provider(endpoint)}
resource "aws_kms_key" "with_policy" {
  deletion_window_in_days = 7
  policy = jsonencode({
    Statement = [
      { Sid = "", Effect = "Allow", Principal = { AWS = ["${ROOT}"] }, Action = ["kms:*"], Resource = ["*"] },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = ["kms:Encrypt", "kms:Decrypt"]
        Resource  = "*"
        Condition = { StringNotEquals = { "kms:EncryptionContext:purpose" = ["${purpose}"] }, Bool = { "kms:GrantIsForAWSResource" = true } }
      },
    ]
    Version = "2012-10-17"
    Id      = "ours"
  })
}

resource "aws_kms_key" "bare" {
  deletion_window_in_days = 7
}

resource "aws_kms_key_policy" "of_its_own" {
  key_id = aws_kms_key.bare.id
  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Principal = { AWS = "${ROOT}" }, Action = "kms:*", Resource = "*" } })
}

resource "aws_kms_grant" "to_root" {
  name              = "terraform"
  key_id            = aws_kms_key.with_policy.key_id
  grantee_principal = "${ROOT}"
  operations        = ["Encrypt", "Decrypt", "GenerateDataKey"]
  constraints { encryption_context_equals = { purpose = "${purpose}" } }
}
`;

test.skipIf(reason !== undefined)(
  `policies and grants: applied, nothing to change, changed, destroyed${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  { timeout: PATIENCE_MS },
  async () => {
    const state = newState();
    const server = await startServer(state);
    const terraform = await terraformBeside(state, configuration(server.endpoint, "one"));
    const grants = async () => {
      const { Keys = [] } = await kmsClient(state).send(new ListKeysCommand({}));
      const lists = Keys.map(({ KeyId }) => kmsClient(state).send(new ListGrantsCommand({ KeyId })));
      return (await Promise.all(lists)).flatMap(({ Grants = [] }) => Grants);
    };

    expect(await terraform.run("apply", "-auto-approve")).toContain("4 added");
    expect(await terraform.run("plan", "-detailed-exitcode")).toContain("No changes"); // it fails where there are any
    const constrained = {
      Name: "terraform",
      GranteePrincipal: ROOT,
      Constraints: { EncryptionContextEquals: { purpose: "one" } },
    };
    expect(await grants()).toEqual([expect.objectContaining(constrained)]);

    terraform.write(configuration(server.endpoint, "two"));
    expect(await terraform.run("apply", "-auto-approve")).toContain("1 added, 1 changed, 1 destroyed");
    expect(await grants()).toHaveLength(1);

    // In its place the provider would put the default policy of an account whose number it asks STS for.
    await terraform.run("state", "rm", "aws_kms_key_policy.of_its_own");
    expect(await terraform.run("destroy", "-auto-approve")).toContain("3 destroyed");
    expect(await grants()).toEqual([]);
    await server.stop("npm");
  },
);
