// `npm run credentials -- --account 111122223333`: the access key of another account's root. Derived, so nothing is written.
/// <reference path="./web-crypto.d.ts" />

import { text } from "node:stream/consumers";
import { rootCredentials } from "../auth/credentials.ts";
import { type CredentialsArguments, credentialsArguments } from "./arguments.ts";
import { runProgram } from "./refusal.ts";
import { parseRootKeyText, type RootKeyText, readRootKeys } from "./root-key-file.ts";
import { readStateRootKeys, requirePrivateFile } from "./state-directory.ts";

await runProgram(async () => {
  const { account, source, json } = credentialsArguments(process.argv.slice(2));
  const { accessKeyId, secretAccessKey } = await rootCredentials((await rootKeysFrom(source)).keys, account);
  if (json) console.log(JSON.stringify({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Account: account }));
  else console.log(`export AWS_ACCESS_KEY_ID=${accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secretAccessKey}`);
});

async function rootKeysFrom(source: CredentialsArguments["source"]): Promise<RootKeyText> {
  if ("state" in source) return readStateRootKeys(source.state);
  if (source.rootKeys === "-") return parseRootKeyText(await text(process.stdin), "what stdin gave");
  requirePrivateFile(source.rootKeys, "must be there");
  return readRootKeys(source.rootKeys);
}
