// Terraform beside a server, with the provider for AWS that this machine has, if it has: no test fetches its 700 MB from a registry.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { clientEnvironment } from "./edgekeep.ts";
import { has } from "./sessions.ts";

const PATIENCE_MS = 600_000;

/** Where Terraform looks for providers without a network, and where images put them. */
const MIRRORS = [
  process.env["TF_PLUGIN_DIR"] ?? "",
  join(homedir(), ".terraform.d/plugins"),
  "/usr/local/share/terraform/plugins",
  "/usr/share/terraform/plugins",
  "/opt/tf-plugins",
];

/** For `terraform init -plugin-dir`; undefined where there is none. */
export const mirror = MIRRORS.find((folder) => folder !== "" && existsSync(join(folder, "registry.terraform.io/hashicorp/aws")));

/** @returns why Terraform cannot be run here with the provider, if so. */
export function whyNoTerraform(): string | undefined {
  if (mirror === undefined) return "the aws provider is in none of Terraform's local mirrors";
  return has("terraform", "-version") ? undefined : "no `terraform` is installed here";
}

/** Where a configuration finds the service, and nothing else of AWS's. */
export const provider = (endpoint: string): string => `
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    kms = "${endpoint}"
    sts = "${endpoint}"
    iam = "${endpoint}"
  }
}
`;

export interface Terraform {
  /** Writes the configuration anew. */
  write(text: string): void;
  /** One command. @returns what it printed. @throws Error where it fails. */
  run(...words: string[]): Promise<string>;
}

/** In a folder beside a server's state, with the credentials of that server. */
export async function terraformBeside(state: string, configuration: string): Promise<Terraform> {
  const cwd = `${state}-terraform`;
  mkdirSync(cwd);
  const own = Object.entries(clientEnvironment(state)).filter(([name]) => !name.startsWith("TF_"));
  const env = { ...Object.fromEntries(own), CHECKPOINT_DISABLE: "1" };
  const write = (text: string): void => writeFileSync(join(cwd, "main.tf"), text, { mode: 0o600 });
  const run = async (...words: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)("terraform", [...words, "-no-color"], { cwd, env, timeout: PATIENCE_MS });
    return stdout;
  };
  write(configuration);
  await run("init", `-plugin-dir=${mirror}`);
  return { write, run };
}
