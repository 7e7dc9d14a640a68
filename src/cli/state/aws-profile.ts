// DIR/aws: profiles for the AWS CLI and the SDKs, so that three environment variables are all a client needs. They name the endpoint of
// each service that is served, in a section of services that they share: every other service of AWS is reached where it always was.

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal, systemCode } from "../refusal.ts";
import { nestedSettingOf, settingOf, withNestedSetting, withoutSetting, withSetting } from "./aws-ini.ts";
import { tryLock } from "./lock.ts";

/** The profile that a server writes, and the section in which all of them find its endpoint. */
const PROFILE = "edgekeep";
const SERVICES = `services ${PROFILE}`;
/** The services that are served, as such a section calls them. A call of one that is missing here would go to AWS itself. */
const SERVED = ["kms", "iam", "sts"] as const;
/** A writer of profiles is done in milliseconds. */
const LOCK_WAIT_MS_MAX = 10_000;
/** A program of the user's may write the same file at the same time, and knows no lock: the file is read again then. */
const ATTEMPTS_MAX = 20;

export interface AwsProfile {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly endpoint: string;
}

/** The profile of an account that no server was started for. */
export const accountProfile = (account: string): string => `${PROFILE}-${account}`;

export const credentialsPath = (directory: string): string => join(directory, "aws", "credentials");
const configPath = (directory: string): string => join(directory, "aws", "config");

/** What earlier profiles say, where they say it. */
export interface KnownProfile {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

/** @returns undefined where no server has written a profile yet. */
export function readAwsProfile(directory: string, profile: string): KnownProfile | undefined {
  if (!existsSync(join(directory, "aws"))) return undefined;
  const config = readIfThere(configPath(directory));
  const regions = [profile, PROFILE].map((name) => settingOf(config, `profile ${name}`, "region"));
  return {
    region: regions.find((region) => region !== undefined),
    endpoint: nestedSettingOf(config, SERVICES, "kms", "endpoint_url"),
  };
}

/** Writes a profile, and leaves all else in both files as it is. @returns the lines that make a shell use it. */
export function writeAwsProfile(directory: string, wanted: AwsProfile, profile = PROFILE): string {
  const folder = join(directory, "aws");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = tryLock(folder, LOCK_WAIT_MS_MAX);
  if (lock === undefined) throw new Refusal(`${folder} is being written by another process all the time`);
  try {
    return writeLocked(directory, wanted, profile);
  } finally {
    lock.close();
  }
}

function writeLocked(directory: string, wanted: AwsProfile, profile: string): string {
  const { accessKeyId, secretAccessKey, region, endpoint } = wanted;
  const [credentials, config] = [credentialsPath(directory), configPath(directory)];
  replace(credentials, (before) => {
    const withId = withSetting(before, profile, "aws_access_key_id", accessKeyId);
    return withSetting(withId, profile, "aws_secret_access_key", secretAccessKey);
  });
  replace(config, (earlier) => {
    const section = `profile ${profile}`;
    const withRegion = withSetting(withoutLoopbackEndpoint(earlier, section), section, "region", region);
    const withServices = withSetting(withRegion, section, "services", PROFILE);
    return SERVED.reduce(
      (before, service) => withNestedSetting(before, SERVICES, service, "endpoint_url", endpoint),
      withServices,
    );
  });
  const files = `AWS_SHARED_CREDENTIALS_FILE=${quote(credentials)} AWS_CONFIG_FILE=${quote(config)}`;
  return `${UNSET}\nexport ${files} AWS_PROFILE=${profile}`;
}

/** Credentials of the environment win over those of a profile. */
const UNSET = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN";

/** Profiles were once written with an endpoint for all services of AWS. */
function withoutLoopbackEndpoint(config: string, section: string): string {
  const ours = /^http:\/\/127\.0\.0\.1:[0-9]+$/.test(settingOf(config, section, "endpoint_url") ?? "");
  return ours ? withoutSetting(config, section, "endpoint_url") : config;
}

/** A reader sees the old file or the new one, and nobody else's process ever sees either. */
function replace(path: string, edit: (before: string) => string): void {
  const aside = `${path}.${process.pid}`;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = readIfThere(path);
    try {
      writeFileSync(aside, edit(before), { mode: 0o600 });
      chmodSync(aside, 0o600); // the mode above is for new files only
      if (readIfThere(path) !== before) continue;
      renameSync(aside, path);
      return;
    } finally {
      rmSync(aside, { force: true });
    }
  }
  throw new Error(`${path} is being changed by somebody else all the time`);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return "";
    throw cause;
  }
}

const quote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
