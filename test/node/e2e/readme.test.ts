// README's sessions, as they stand there: whoever copies them must see them work.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "./edgekeep.ts";
import { has, withServer } from "./sessions.ts";
import { mirror, whyNoTerraform } from "./terraform-session.ts";

const TERRAFORM_PATIENCE_MS = 300_000;
const README = readFileSync(join(CHECKOUT, "README.md"), "utf8");
const blocks = [...README.matchAll(/^```(sh|js|hcl)\n([\s\S]*?)^```$/gm)].map(([, language, text = ""]) => ({ language, text }));
const [commands, cli, trail, folder, sdk, terraform] = blocks;

const hasCli = () => has("aws");

test("README has blocks to run; the first is what CI begins and ends with", () => {
  expect(blocks.map(({ language }) => language)).toEqual(["sh", "sh", "sh", "sh", "js", "hcl"]);
  const scripts = [...(commands?.text ?? "").matchAll(/^npm ci && npm (\w+)/gm)].map(([, script]) => script);
  expect(scripts).toEqual(["start", "test"]);
  const ci = readFileSync(join(CHECKOUT, ".ci/run"), "utf8");
  for (const command of ["npm ci", "npm test", '"$npm" start']) expect(ci).toContain(command);
});

test.skipIf(!hasCli())("the sessions of CLI, trail and SDK, in one shell (skipped where no `aws` CLI is installed)", async () => {
  await withServer(async (shell) => {
    // The package comes from where it is installed already, and the trail is the checkout's, of this state.
    const install = (folder?.text ?? "").replace(/install (@aws-sdk\/\S+)/, `install --offline ${CHECKOUT}/node_modules/$1 >&2`);
    const shown = (trail?.text ?? "").replace("npm run trail", `npm --prefix ${CHECKOUT} run trail -- --state "$PWD/.edgekeep"`);
    const waiting = "until grep -q Decrypt shown; do sleep 0.2; TRAIL > shown; done; cat shown".replace(
      "TRAIL",
      shown.replace(/#.*\n/, ""),
    );
    const program = `cat > first.mjs <<'END'\n${sdk?.text}END\nnode first.mjs`;
    const script = `${cli?.text}\necho\ntouch shown\n${waiting}\n${install.replace("npm init -y", "npm init -y >&2")}\n${program}`;
    const stdout = await shell(script);
    expect(stdout).toMatch(/^hello\n/);
    expect(stdout).toMatch(/Z {2}123456789012\/us-east-1 {2}Decrypt +[0-9a-f-]{36} +root\n/);
    expect(stdout).toMatch(/\ntrue\n$/);
  });
});

const reason = whyNoTerraform();

test.skipIf(reason !== undefined)(
  `Terraform makes a key, sees nothing to change, and schedules its deletion${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  { timeout: TERRAFORM_PATIENCE_MS },
  async () => {
    await withServer(async (shell, { endpoint }) => {
      const block = (terraform?.text ?? "").replaceAll("http://127.0.0.1:8787", endpoint);
      const lines = (cli?.text ?? "").split("\n").slice(0, 2).join("\n");
      const steps = [
        `init -plugin-dir=${mirror}`,
        "apply -auto-approve",
        "plan -detailed-exitcode", // 2 where there is a change
        "destroy -auto-approve",
      ];
      const commands = steps.map((step) => `terraform ${step} -no-color`).join("\n");
      const stdout = await shell(`${lines}\ncat > main.tf <<'END'\n${block}END\n${commands}`, TERRAFORM_PATIENCE_MS);
      for (const said of ["1 added", "No changes", "1 destroyed"]) expect(stdout).toContain(said);
    });
  },
);
