// Identities as Terraform's resources bring them: applied, planned again without a change, changed, destroyed.

import {
  GetPolicyCommand,
  GetUserCommand,
  ListGroupsForUserCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { newState, startServer } from "./edgekeep.ts";
import { ACCOUNT, iamOfRoot } from "./identities.ts";
import { provider, terraformBeside, whyNoTerraform } from "./terraform-session.ts";

const PATIENCE_MS = 900_000;

const reason = whyNoTerraform();

/** `tenant` is in a tag, a description and in documents; everything else stays when it changes. */
const configuration = (endpoint: string, tenant: string): string => `${provider(endpoint)}
resource "aws_kms_key" "data" {
  deletion_window_in_days = 7
}

resource "aws_iam_policy" "encrypt" {
  name        = "encrypt"
  path        = "/made/"
  description = "encrypts for a tenant"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["kms:Encrypt", "kms:GenerateDataKey"]
      Resource  = aws_kms_key.data.arn
      Condition = { StringEquals = { "kms:EncryptionContext:tenant" = "${tenant}" } }
    }]
  })
  tags = { made = "by Terraform" }
}

resource "aws_iam_user" "app" {
  name                 = "app"
  path                 = "/made/"
  permissions_boundary = aws_iam_policy.encrypt.arn
  tags                 = { tenant = "${tenant}" }
}

resource "aws_iam_access_key" "app" {
  user = aws_iam_user.app.name
}

resource "aws_iam_user_policy" "random" {
  name   = "random"
  user   = aws_iam_user.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:GenerateRandom", Resource = "*" }] })
}

resource "aws_iam_user_policy_attachment" "app" {
  user       = aws_iam_user.app.name
  policy_arn = aws_iam_policy.encrypt.arn
}

resource "aws_iam_group" "apps" {
  name = "apps"
}

resource "aws_iam_group" "others" {
  name = "others"
}

resource "aws_iam_group_policy_attachment" "apps" {
  group      = aws_iam_group.apps.name
  policy_arn = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
}

resource "aws_iam_group_policy" "apps" {
  name   = "random"
  group  = aws_iam_group.apps.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:GenerateRandom", Resource = "*" }] })
}

resource "aws_iam_group_membership" "apps" {
  name  = "apps"
  group = aws_iam_group.apps.name
  users = [aws_iam_user.app.name]
}

resource "aws_iam_user_group_membership" "others" {
  user   = aws_iam_user.app.name
  groups = [aws_iam_group.others.name]
}

resource "aws_iam_role" "job" {
  name                 = "job"
  description          = "works for ${tenant}"
  max_session_duration = 7200
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.app.arn } }]
  })
  tags = { tenant = "${tenant}" }
}

resource "aws_iam_role_policy" "job" {
  name   = "random"
  role   = aws_iam_role.job.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:GenerateRandom", Resource = "*" }] })
}

resource "aws_iam_role_policy_attachment" "job" {
  role       = aws_iam_role.job.name
  policy_arn = aws_iam_policy.encrypt.arn
}

data "aws_caller_identity" "root" {}

output "account" {
  value = data.aws_caller_identity.root.account_id
}
`;

test.skipIf(reason !== undefined)(
  `identities: applied, nothing to change, changed, destroyed${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  { timeout: PATIENCE_MS },
  async () => {
    const state = newState();
    const server = await startServer(state);
    const iam = iamOfRoot(state);
    const terraform = await terraformBeside(state, configuration(server.endpoint, "one"));

    const applied = await terraform.run("apply", "-auto-approve");
    expect(applied).toContain("15 added");
    expect(applied).toContain(`account = "${ACCOUNT}"`);
    expect(await terraform.run("plan", "-detailed-exitcode")).toContain("No changes"); // it fails where there are any
    const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: "app" }));
    expect(Groups.map(({ GroupName }) => GroupName).toSorted()).toEqual(["apps", "others"]);

    terraform.write(configuration(server.endpoint, "two"));
    expect(await terraform.run("apply", "-auto-approve")).toContain("0 added, 3 changed, 0 destroyed");
    expect(await terraform.run("plan", "-detailed-exitcode")).toContain("No changes");
    const { User } = await iam.send(new GetUserCommand({ UserName: "app" }));
    expect(User?.Tags).toEqual([{ Key: "tenant", Value: "two" }]);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/made/encrypt` }));
    expect(Policy?.DefaultVersionId).toBe("v2");

    expect(await terraform.run("destroy", "-auto-approve")).toContain("15 destroyed");
    expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    await server.stop("npm");
  },
);
