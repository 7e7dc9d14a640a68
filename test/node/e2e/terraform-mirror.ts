// Where Terraform's provider for AWS is on this machine, if it is: no test fetches its 700 MB from a registry.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 60_000;

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

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["-version"], { stdio: "ignore", timeout: PATIENCE_MS });
    return true;
  } catch {
    return false;
  }
}

/** @returns why Terraform cannot be run here with the provider, if so. */
export function whyNoTerraform(): string | undefined {
  if (mirror === undefined) return "the aws provider is in none of Terraform's local mirrors";
  return isInstalled("terraform") ? undefined : "no `terraform` is installed here";
}
