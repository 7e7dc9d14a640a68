// DIR/aws: a profile for the AWS CLI and the SDKs, so that two environment variables are all a client needs.

import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PROFILE = "edgekeep";

export interface AwsProfile {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly endpoint: string;
}

/** Writes both files anew. @returns the line that makes a shell use them. */
export function writeAwsProfile(directory: string, { accessKeyId, secretAccessKey, region, endpoint }: AwsProfile): string {
  const [folder, credentials, config] = [
    join(directory, "aws"),
    join(directory, "aws", "credentials"),
    join(directory, "aws", "config"),
  ];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  replace(credentials, `[${PROFILE}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`);
  replace(config, `[profile ${PROFILE}]\nregion = ${region}\nendpoint_url = ${endpoint}\n`);
  return `export AWS_SHARED_CREDENTIALS_FILE=${quote(credentials)} AWS_CONFIG_FILE=${quote(config)} AWS_PROFILE=${PROFILE}`;
}

/** A reader sees the old file or the new one, and nobody else's process ever sees either. */
function replace(path: string, text: string): void {
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600 });
  chmodSync(aside, 0o600); // the mode above is for new files only
  renameSync(aside, path);
}

const quote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
