// The walk-through of docs/identities.md, as it stands there: its blocks in one shell, one behind the other.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "./edgekeep.ts";
import { has, withServer } from "./sessions.ts";

const PATIENCE_MS = 300_000;
const blocksOf = (name: string, language: string): string[] =>
  [...readFileSync(join(CHECKOUT, name), "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, text = ""]) =>
    of === language ? [text] : [],
  );

const reason = has("aws") ? "" : " (skipped: no `aws` CLI is installed here)";

test.skipIf(reason !== "")(
  `an admin, a web application that encrypts, and its end${reason}`,
  { timeout: PATIENCE_MS },
  async () => {
    await withServer(async (shell) => {
      const [, cli = ""] = blocksOf("README.md", "sh");
      const lines = cli.split("\n").slice(0, 2);
      const marked = blocksOf("docs/identities.md", "sh").map((block, at) => `printf "\\n-- ${at}\\n"\n${block}`);
      const all = await shell(["exec 2>&1", ...lines, ...marked, 'echo "-- $KEY"'].join("\n"), PATIENCE_MS);
      const [, admin = "", profile = "", key = "", web = "", end = "", arn = ""] = all.split(/^-- /m);

      expect(admin).toContain("arn:aws:iam::123456789012:user/alice");
      expect(profile.trim()).toBe("1\narn:aws:iam::123456789012:user/alice");
      expect(key).toContain("arn:aws:iam::123456789012:user/shop-of-one");
      expect(key).not.toContain("SecretAccessKey");

      const [refusals = ""] = blocksOf("docs/identities.md", "text");
      const [encrypt, decrypt] = refusals.replace("KEY", arn.trim()).split("\n");
      const said = web.split("\n").filter((line) => line !== "");
      expect(said).toEqual(["3", encrypt, "not for another tenant", decrypt, "not to open either", "card 4111"]);

      const ended = end.split("\n").filter((line) => line !== "");
      const unrecognized = "The security token included in the request is invalid.";
      expect(ended).toEqual([
        "4",
        `An error occurred (UnrecognizedClientException) when calling the Encrypt operation: ${unrecognized}`,
        "nothing any more",
        "alice",
      ]);
    });
  },
);
