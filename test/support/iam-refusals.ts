// What calls of IAM are refused with, as it stands on the wire; and the right that each call needs.

import { type IAMClient, type IAMServiceException, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { expect } from "vitest";
import { iamAs, newUser } from "./iam-client.ts";

export interface Refusal {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string;
}

/** @throws Error where the call is answered. */
export async function refusalOf(sent: Promise<unknown>): Promise<Refusal> {
  try {
    await sent;
  } catch (cause) {
    const { $metadata, message, Error: told } = cause as IAMServiceException & { readonly Error?: { readonly Code?: string } };
    return { status: $metadata?.httpStatusCode, code: told?.Code, message };
  }
  throw new Error("it was not refused");
}

/** For toEqual. */
export const noSuchEntity = (message: string): Refusal => ({ status: 404, code: "NoSuchEntity", message });
export const conflict = (message: string): Refusal => ({ status: 409, code: "DeleteConflict", message });
export const alreadyExists = (message: string): Refusal => ({ status: 409, code: "EntityAlreadyExists", message });
export const limitExceeded = (message: string): Refusal => ({ status: 409, code: "LimitExceeded", message });
export const malformed = (message: string): Refusal => ({ status: 400, code: "MalformedPolicyDocument", message });

type Command = Parameters<IAMClient["send"]>[0];

/** A call as a user makes it, and what it acts on. */
export interface Call {
  readonly command: Command;
  /** Its ARN, or `*`. */
  readonly resource: string;
}

/** Makes each call thrice in turn, as a user: without a right, with the right to do it elsewhere, with the right alone that it needs. */
export async function eachNeedsItsRight(iam: IAMClient, account: string, calls: readonly Call[]): Promise<void> {
  const user = iamAs(await newUser(iam, "bearer"));
  const allow = (action: string, Resource: string) =>
    iam.send(
      new PutUserPolicyCommand({
        ...{ UserName: "bearer", PolicyName: "right" },
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: action, Resource } }),
      }),
    );
  await allow("iam:NothingAtAll", "*");
  for (const { command, resource } of calls) {
    const action = `iam:${command.constructor.name.replace(/Command$/, "")}`;
    const refused = {
      status: 403,
      code: "AccessDenied",
      message: `User: arn:aws:iam::${account}:user/bearer is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    };
    expect(await refusalOf(user.send(command)), action).toEqual(refused);
    await allow(action, resource === "*" ? `arn:aws:iam::${account}:user/bearer` : `${resource}x`);
    expect(await refusalOf(user.send(command)), action).toEqual(refused);
    await allow(action, resource);
    await user.send(command);
  }
}
