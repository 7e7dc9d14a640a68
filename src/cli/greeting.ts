// What a server does when it is ready: it writes the profile of its account's root, and prints how to use it. The endpoint comes first, for
// programs; the rest can be pasted into a shell as it stands.
/// <reference path="./web-crypto.d.ts" />

import { rootCredentials } from "../auth/credentials.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { IAM_REGION } from "../wire/regions.ts";
import { writeAwsProfile } from "./state/aws-profile.ts";
import { refusing } from "./state/state-directory.ts";

interface Ready {
  readonly endpoint: string;
  /** The state directory. */
  readonly state: string;
  /** What to say of it, in a line. */
  readonly about: string;
  readonly rootKeys: RootKeys;
  readonly account: string;
  readonly region: string;
}

/** @returns what to print. @throws Refusal where the profile cannot be written. */
export async function greeting({ endpoint, state, about, rootKeys, account, region }: Ready): Promise<string> {
  const credentials = await rootCredentials(rootKeys, account);
  const lines = refusing(state, () => writeAwsProfile(state, { ...credentials, region, endpoint }));
  // Clients sign IAM for their own Region where a profile names its endpoint.
  const iam =
    region === IAM_REGION ? "" : `\n# IAM is signed for ${IAM_REGION} wherever one is: aws iam list-users --region ${IAM_REGION}`;
  return `Edgekeep is ready at ${endpoint}
# ${about}
# For the shell of a client:
${lines}${iam}
# Try this in it:
aws kms create-key`;
}
