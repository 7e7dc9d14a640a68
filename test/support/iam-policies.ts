// Managed policies for tests, and lists read page by page.

import { AttachUserPolicyCommand, CreatePolicyCommand, type IAMClient } from "@aws-sdk/client-iam";
import { iamAs, newUser } from "./iam-client.ts";
import { type Command, sendTo } from "./iam-rights.ts";

export const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

/** A document with one statement. */
export const oneStatement = (statement: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Resource: "*", ...statement } });

/** Of a policy that bears on nobody's calls. */
export const DOCUMENT = oneStatement({ Action: "kms:Encrypt" });

type Made = Omit<ConstructorParameters<typeof CreatePolicyCommand>[0], "PolicyName">;

/** @returns the ARN. */
export async function newPolicy(iam: IAMClient, PolicyName: string, made: Partial<Made> = {}): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: DOCUMENT, ...made }));
  return Policy?.Arn ?? "";
}

/** A user who may do what one statement allows, by an attached policy. */
export async function userWith(
  iam: IAMClient,
  UserName: string,
  statement: Readonly<Record<string, unknown>>,
): Promise<IAMClient> {
  const credentials = await newUser(iam, UserName);
  const PolicyArn = await newPolicy(iam, `of-${UserName}`, { PolicyDocument: oneStatement(statement) });
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  return iamAs(credentials);
}

interface Paged {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** What each page of a list has, with so many items a page. */
export async function pagesOf<Answer extends Paged, Item>(
  iam: IAMClient,
  command: (page: { MaxItems: number; Marker?: string }) => Command,
  itemsOf: (answer: Answer) => readonly Item[],
  MaxItems = 1,
): Promise<readonly (readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  for (let Marker: string | undefined; ; ) {
    const answer = await sendTo<Answer>(iam, command({ MaxItems, ...(Marker === undefined ? {} : { Marker }) }));
    pages.push(itemsOf(answer));
    if (answer.IsTruncated !== true) return pages;
    Marker = answer.Marker ?? "";
  }
}
