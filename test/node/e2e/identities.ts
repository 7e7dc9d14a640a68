// Users of an account, made by its root on a running server, and the clients with which they call.

import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { type KMSClient, KMSServiceException } from "@aws-sdk/client-kms";
import { kmsClient, profileValue } from "./edgekeep.ts";

/** The account of `npm start`. */
export const ACCOUNT = "123456789012";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** IAM for the account's root; it does not try again. */
export const iamOfRoot = (state: string): IAMClient =>
  new IAMClient({
    endpoint: profileValue(state, "config", "endpoint_url"),
    region: "us-east-1",
    credentials: {
      accessKeyId: profileValue(state, "credentials", "aws_access_key_id"),
      secretAccessKey: profileValue(state, "credentials", "aws_secret_access_key"),
    },
    maxAttempts: 1,
  });

/** A user with one access key, and no right yet. */
export async function newUser(iam: IAMClient, UserName: string): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: String(AccessKey?.AccessKeyId), secretAccessKey: String(AccessKey?.SecretAccessKey) };
}

/** A document that allows one action, with every resource. */
export const allowing = (Action: string): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource: "*" } });

/** One call of a loop: when it began, and how it ended: "done", or the refusal's name, or "lost" where no answer came. */
export interface Called {
  readonly began: number;
  readonly ended: string;
}

export interface Callers {
  readonly calls: Called[];
  stop(): Promise<void>;
}

/** Calls one behind the other on each of these clients, some at a time, until stopped. */
export function startCallers(
  clients: readonly KMSClient[],
  atATime: number,
  call: (kms: KMSClient) => Promise<unknown>,
): Callers {
  const calls: Called[] = [];
  let stopping = false;
  const loop = async (kms: KMSClient): Promise<void> => {
    while (!stopping) {
      const began = performance.now();
      const ended = await call(kms).then(
        () => "done",
        (cause: unknown) => (cause instanceof KMSServiceException && cause.$response !== undefined ? cause.name : "lost"),
      );
      calls.push({ began, ended });
      if (ended === "lost") await new Promise((later) => setTimeout(later, 20));
    }
  };
  const loops = clients.flatMap((kms) => Array.from({ length: atATime }, () => loop(kms)));
  return {
    calls,
    stop: async () => {
      stopping = true;
      await Promise.all(loops);
    },
  };
}

/** A user's clients, one a Region. */
export const inEach = (state: string, regions: readonly string[], credentials: Credentials): KMSClient[] =>
  regions.map((region) => kmsClient(state, { region, credentials }));
