// `npm run credentials -- --account 111122223333`: the access key of another account's root. It is derived, so that all there is to
// write is a profile for it, beside the one that `npm start` writes.
/// <reference path="./web-crypto.d.ts" />

import { text } from "node:stream/consumers";
import { rootCredentials } from "../auth/credentials.ts";
import { type CredentialsArguments, credentialsArguments, DEFAULT_PORT, DEFAULT_REGION } from "./arguments.ts";
import { runProgram } from "./refusal.ts";
import { HOST } from "./server/port.ts";
import { accountProfile, credentialsPath, readAwsProfile, writeAwsProfile } from "./state/aws-profile.ts";
import { requirePrivateFile } from "./state/ownership.ts";
import { parseRootKeyText, type RootKeyText, readRootKeys } from "./state/root-key-file.ts";
import { readStateRootKeys, refusing } from "./state/state-directory.ts";

await runProgram(async () => {
  const { account, source, json } = credentialsArguments(process.argv.slice(2));
  const credentials = await rootCredentials((await rootKeysFrom(source)).keys, account);
  const { accessKeyId, secretAccessKey } = credentials;
  const profile = json || !("state" in source) ? undefined : addedProfile(source.state, account, credentials);
  if (json) console.log(JSON.stringify({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Account: account }));
  else if (profile !== undefined) console.log(profile);
  else console.log(`export AWS_ACCESS_KEY_ID=${accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secretAccessKey}`);
});

async function rootKeysFrom(source: CredentialsArguments["source"]): Promise<RootKeyText> {
  if ("state" in source) return readStateRootKeys(source.state);
  if (source.rootKeys === "-") return parseRootKeyText(await text(process.stdin), "what stdin gave");
  requirePrivateFile(source.rootKeys, "must be there");
  return readRootKeys(source.rootKeys);
}

/**
 * The next start keeps the profile, and names its endpoint anew for all of them.
 * @returns what to paste; undefined where no server has run on this state yet: there is no endpoint to name, and nothing is written.
 */
function addedProfile(
  state: string,
  account: string,
  credentials: Awaited<ReturnType<typeof rootCredentials>>,
): string | undefined {
  const name = accountProfile(account);
  const known = refusing(state, () => readAwsProfile(state, name));
  if (known === undefined) return undefined;
  requirePrivateFile(credentialsPath(state), "may be absent");
  const { region = DEFAULT_REGION, endpoint = `http://${HOST}:${DEFAULT_PORT}` } = known;
  const { accessKeyId, secretAccessKey } = credentials;
  const lines = refusing(state, () => writeAwsProfile(state, { accessKeyId, secretAccessKey, region, endpoint }, name));
  return `# Account ${account}, in the shell of a client:\n${lines}`;
}
