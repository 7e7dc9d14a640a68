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
import { interruption } from "./interruption.ts";
import { ACCOUNT, createKey, loadNamed, loadsOf } from "./loads.ts";
import { extentsOf, run } from "./pairs.ts";
import { quietMachine } from "./quiet.ts";
import { type Credentials, serviceAt } from "./requests.ts";
import { compareInRounds, DRAINED_SLICE_MS } from "./rounds.ts";
import { HEADING, line, type Row, refuseBusyClient, rowOf } from "./rows.ts";
import { startTarget, type Target } from "./target.ts";

/** At most a twentieth slower than root. */
const AIM = 0.95;
const WARM_UP_CONNECTIONS = 64;
const POLICIES = 10;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "15" },
    connections: { type: "string", default: "16" },
    slice: { type: "string", default: String(DRAINED_SLICE_MS) },
    operation: { type: "string", default: "Encrypt" },
  },
});
const operations = values.operation.split(",");

const interrupted = interruption();
const target = await startTarget();
try {
  await Promise.race([measure(), interrupted]);
} finally {
  await target.stop();
}

async function measure(): Promise<void> {
  const KeyId = await createKey(target);
  const root = await loadsOf(target, KeyId);
  const app = await userOf(target);
  const user = await loadsOf(
    serviceAt(target.port, async () => app),
    KeyId,
  );
  const ready = quietMachine();
  await ready();
  const warmUp = { connections: WARM_UP_CONNECTIONS, milliseconds: Number(values.slice) };
  for (const loads of [root, user]) for (const name of operations) await run(loadNamed(name, loads), warmUp);
  console.log(HEADING);
  const rows: Row[] = [];
  for (const extent of extentsOf(values)) {
    for (const name of operations) {
      const compared = await compareInRounds(loadNamed(name, user), loadNamed(name, root), extent, ready);
      const row = rowOf(name, extent.connections, compared, AIM);
      rows.push(row);
      console.log(line(row));
    }
  }
  refuseBusyClient(rows);
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
