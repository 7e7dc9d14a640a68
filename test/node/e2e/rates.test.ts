// Request rates of the real server: off, as `npm start` has them, and AWS's, as a deployment has them.

import { CreateKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { readSettings } from "../../../src/cli/server/settings.ts";
import { kmsClient, newState, startServer } from "./edgekeep.ts";

const CALLS = 12;

/** How so many CreateKeys at once end. */
async function outcomes(kms: KMSClient): Promise<string[]> {
  const calls = Array.from({ length: CALLS }, () => kms.send(new CreateKeyCommand({})));
  const ended = await Promise.allSettled(calls);
  return ended.map((call) => (call.status === "fulfilled" ? "ok" : (call.reason as Error).name));
}

test("a deployment has AWS's", () => {
  expect(readSettings().vars["RATES"]).toBe("aws");
});

test("without --rates nobody is throttled; with --rates aws a burst is, and a client that tries again gets through", async () => {
  const state = newState();
  const free = await startServer(state);
  expect(new Set(await outcomes(kmsClient(state, { maxAttempts: 1 })))).toEqual(new Set(["ok"]));
  await free.stop("npm");

  const limited = await startServer(state, "--rates", "aws");
  const ends = await outcomes(kmsClient(state, { maxAttempts: 1 }));
  const passed = ends.filter((end) => end === "ok").length;
  expect(passed).toBeGreaterThanOrEqual(5);
  expect(passed).toBeLessThan(CALLS);
  expect(new Set(ends)).toEqual(new Set(["ok", "ThrottlingException"]));
  expect(new Set(await outcomes(kmsClient(state, { maxAttempts: 20 })))).toEqual(new Set(["ok"]));
  await limited.stop("npm");
});
