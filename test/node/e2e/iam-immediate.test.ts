// What is taken away is gone when the call returns, on the real server: callers in three Regions that never pause, and workerd killed while
// the change is under way.

import { setTimeout as pause } from "node:timers/promises";
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  DeleteAccessKeyCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { GenerateRandomCommand } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { newState, startServer } from "./edgekeep.ts";
import { allowing, type Callers, type Credentials, iamOfRoot, inEach, newUser, startCallers } from "./identities.ts";
import { eventually, killAndWait, workerdsOf } from "./processes.ts";

const REGIONS = ["us-east-1", "eu-central-1", "ap-northeast-1"];
const AT_A_TIME = 4;
const PATIENCE_MS = 300_000;
/** How many calls must begin after the return. */
const CALLS_AFTER = 5 * REGIONS.length * AT_A_TIME;
const DOCUMENT = allowing("kms:GenerateRandom");

const callAll = (state: string, user: Credentials): Callers =>
  startCallers(inEach(state, REGIONS, user), AT_A_TIME, (kms) => kms.send(new GenerateRandomCommand({ NumberOfBytes: 1 })));

const done = ({ calls }: Callers): number => calls.filter(({ ended }) => ended === "done").length;

/** Nothing that began after the return succeeds, however long the callers go on. Ends them. */
async function expectGone({ calls, stop }: Callers, returned: number, refusal: string): Promise<void> {
  const after = () => calls.filter(({ began }) => began > returned);
  await eventually("calls after the return", () => after().length > CALLS_AFTER);
  await stop();
  expect([...new Set(after().map(({ ended }) => ended))]).toEqual([refusal]);
}

/** What gives a user its right and what takes it away again, with the refusal that then is heard. */
const WAYS: Readonly<
  Record<string, readonly [refusal: string, take: (iam: IAMClient, user: string, key: string) => Promise<unknown>]>
> = {
  DeleteAccessKey: [
    "UnrecognizedClientException",
    (iam, UserName, AccessKeyId) => iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })),
  ],
  UpdateAccessKey: [
    "UnrecognizedClientException",
    (iam, UserName, AccessKeyId) => iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: "Inactive" })),
  ],
  DetachUserPolicy: [
    "AccessDeniedException",
    (iam, UserName) =>
      iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn: `arn:aws:iam::123456789012:policy/${UserName}` })),
  ],
};

test("no call that began after the return succeeds, in three Regions", { timeout: PATIENCE_MS }, async () => {
  const state = newState();
  const server = await startServer(state);
  const iam = iamOfRoot(state);
  for (const [operation, [refusal, take]] of Object.entries(WAYS)) {
    const user = await newUser(iam, operation);
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: operation, PolicyDocument: DOCUMENT }));
    await iam.send(new AttachUserPolicyCommand({ UserName: operation, PolicyArn: Policy?.Arn }));
    const callers = callAll(state, user);
    await eventually("calls that succeed", () => done(callers) > 50);
    await take(iam, operation, user.accessKeyId);
    const returned = performance.now();
    await expectGone(callers, returned, refusal);
  }
  await server.stop("npm");
});

/** When workerd is killed, in milliseconds after the change was sent: before it arrives, within it, after its answer left. */
const KILLED_AFTER_MS = [0, 1, 2, 4, 8];

test("workerd killed in the middle of a change: sent again, it returns when nothing succeeds any more", {
  timeout: PATIENCE_MS,
}, async () => {
  const state = newState();
  const server = await startServer(state);
  const iam = iamOfRoot(state);
  const isServing = (): Promise<boolean> =>
    fetch(`${server.endpoint}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  const outcomes: string[] = [];
  for (const after of KILLED_AFTER_MS) {
    const [UserName, PolicyName] = [`killed-after-${after}`, "random"];
    const user = await newUser(iam, UserName);
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: DOCUMENT }));
    const callers = callAll(state, user);
    await eventually("calls that succeed", () => done(callers) > 50);

    const change = () =>
      iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })).then(
        () => "done",
        (cause: { name: string; $response?: unknown }) => (cause.$response === undefined ? "lost" : cause.name),
      );
    const first = change();
    if (after > 0) await pause(after);
    await killAndWait(workerdsOf(server.node)[0] ?? 0);
    outcomes.push(await first);
    await eventually("the server to go on", isServing, 60_000);

    const again = await eventually("an answer to the change", async () => {
      const outcome = await change();
      return outcome === "lost" ? undefined : outcome;
    });
    const returned = performance.now();
    expect(["done", "NoSuchEntityException"]).toContain(again);
    await expectGone(callers, returned, "AccessDeniedException");
  }
  expect(outcomes).toContain("lost");
  await server.stop("npm");
});
