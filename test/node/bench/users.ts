// `npm run bench:users`: operations by a user with ten policies against the same by root, on one server, in one run by rounds of a slice each.
//
// --pairs N · --slice MS · --connections 1,16,64 · --operation Encrypt,Decrypt

import { parseArgs } from "node:util";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { printComparison } from "./comparison.ts";
import { ACCOUNT, createKey, loadsOf } from "./loads.ts";
import { type Credentials, serviceAt } from "./requests.ts";
import { DRAINED_SLICE_MS } from "./rounds.ts";
import { onTarget, type Target } from "./target.ts";

/** At most a twentieth slower than root. */
const AIM = 0.95;
const POLICIES = 10;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "15" },
    connections: { type: "string", default: "16" },
    slice: { type: "string", default: String(DRAINED_SLICE_MS) },
    operation: { type: "string", default: "Encrypt" },
  },
});

await onTarget(measure);

async function measure(target: Target): Promise<void> {
  const KeyId = await createKey(target);
  const root = await loadsOf(target, KeyId);
  const app = await userOf(target);
  const user = await loadsOf(
    serviceAt(target.port, async () => app),
    KeyId,
  );
  await printComparison({ against: root, measured: user, aim: AIM }, values);
}

/** A user with ten managed policies: nine speak of other tenants, and the last lets it use every key. */
async function userOf({ port, credentials }: Target): Promise<Credentials> {
  const iam = new IAMClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${port}`,
    credentials: await credentials(ACCOUNT),
  });
  const UserName = "app";
  await iam.send(new CreateUserCommand({ UserName }));
  for (let at = 1; at <= POLICIES; at++) {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statementOf(at) });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: `policy-${at}`, PolicyDocument }));
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

function statementOf(at: number): Readonly<Record<string, unknown>> {
  const Resource = `arn:aws:kms:*:${ACCOUNT}:key/*`;
  if (at === POLICIES) return { Effect: "Allow", Action: "kms:*", Resource };
  const Condition = { StringLike: { "kms:EncryptionContext:tenant": `two-${at}-*` } };
  return { Effect: "Allow", Action: ["kms:Decrypt", "kms:Encrypt"], Resource, Condition };
}
