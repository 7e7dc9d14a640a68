// The right that each call of IAM needs: the operation's own, on what it acts on.

import { type IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { iamAs, newUser } from "./iam-client.ts";
import { ACCESS_DENIED, refusedAs } from "./iam-refusals.ts";

/** Any command of the SDK, whose own type is of one input and no other. */
export interface Command {
  readonly input: object;
}

/** Sends whatever command it is. */
export const sendTo = async <Answer = unknown>(iam: IAMClient, command: Command): Promise<Answer> =>
  (await iam.send(command as never)) as Answer;

/** A call as a user makes it, and the ARN of what it acts on, or `*`. */
export interface Call {
  readonly command: Command;
  readonly resource: string;
}

/** Makes each call in turn as the user `bearer`: without a right, with the right to do it elsewhere, with the right alone that it needs. */
export async function eachNeedsItsRight(iam: IAMClient, account: string, calls: readonly Call[]): Promise<void> {
  const bearer = iamAs(await newUser(iam, "bearer"));
  const allow = (Action: string, Resource: string) => {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource } });
    return iam.send(new PutUserPolicyCommand({ UserName: "bearer", PolicyName: "right", PolicyDocument }));
  };
  await allow("iam:NothingAtAll", "*");
  for (const { command, resource } of calls) {
    const action = `iam:${command.constructor.name.replace(/Command$/, "")}`;
    const refused = {
      ...ACCESS_DENIED,
      message: `User: arn:aws:iam::${account}:user/bearer is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    };
    await refusedAs(sendTo(bearer, command), refused);
    await allow(action, resource === "*" ? `arn:aws:iam::${account}:user/bearer` : `${resource}x`);
    await refusedAs(sendTo(bearer, command), refused);
    await allow(action, resource);
    await sendTo(bearer, command);
  }
}
