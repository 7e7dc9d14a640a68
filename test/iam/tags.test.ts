// Tags of users, roles and managed policies: the same of each.

import {
  type IAMClient,
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
  ListUserTagsCommand,
  type ListUserTagsCommandOutput,
  type Tag,
  TagPolicyCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagPolicyCommand,
  UntagRoleCommand,
  UntagUserCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamOfNewAccount } from "../support/iam-client.ts";
import { kindOf, make } from "../support/iam-kinds.ts";
import { ADMINISTRATOR, newPolicy, pagesOf, userWith } from "../support/iam-policies.ts";
import { ACCESS_DENIED, INVALID, limitExceeded, noSuchEntity, refusedAs } from "../support/iam-refusals.ts";
import { type Command, eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { eventsOfIdentities } from "../support/records.ts";

interface Page {
  readonly MaxItems?: number;
  readonly Marker?: string;
}

interface Tagged {
  /** As records name it. */
  readonly member: "userName" | "roleName" | "policyArn";
  /** @returns what names it, and its ARN. */
  make(iam: IAMClient, account: string): Promise<readonly [name: string, arn: string]>;
  tag(name: string, Tags: Tag[]): Command;
  untag(name: string, TagKeys: string[]): Command;
  list(name: string, page?: Page): Command;
  /** What the refusal of one that is not there says. */
  missing(account: string): readonly [name: string, message: string];
}

const ofKind = (kind: "user" | "role"): Pick<Tagged, "make" | "missing"> => ({
  async make(iam, account) {
    await make(iam, kindOf(account, kind), "Ada", "/team/");
    return ["Ada", `arn:aws:iam::${account}:${kind}/team/Ada`];
  },
  missing: () => ["nobody", `The ${kind} with name nobody cannot be found.`],
});

const KINDS: readonly (readonly [string, Tagged])[] = [
  [
    "user",
    {
      ...{ member: "userName", ...ofKind("user") },
      tag: (UserName, Tags) => new TagUserCommand({ UserName, Tags }),
      untag: (UserName, TagKeys) => new UntagUserCommand({ UserName, TagKeys }),
      list: (UserName, page = {}) => new ListUserTagsCommand({ UserName, ...page }),
    },
  ],
  [
    "role",
    {
      ...{ member: "roleName", ...ofKind("role") },
      tag: (RoleName, Tags) => new TagRoleCommand({ RoleName, Tags }),
      untag: (RoleName, TagKeys) => new UntagRoleCommand({ RoleName, TagKeys }),
      list: (RoleName, page = {}) => new ListRoleTagsCommand({ RoleName, ...page }),
    },
  ],
  [
    "policy",
    {
      member: "policyArn",
      async make(iam) {
        const arn = await newPolicy(iam, "Ada", { Path: "/team/" });
        return [arn, arn];
      },
      missing(account) {
        const arn = `arn:aws:iam::${account}:policy/nobody`;
        return [arn, `Policy ${arn} was not found.`];
      },
      tag: (PolicyArn, Tags) => new TagPolicyCommand({ PolicyArn, Tags }),
      untag: (PolicyArn, TagKeys) => new UntagPolicyCommand({ PolicyArn, TagKeys }),
      list: (PolicyArn, page = {}) => new ListPolicyTagsCommand({ PolicyArn, ...page }),
    },
  ],
];

const of = (Key: string, Value = ""): Tag => ({ Key, Value });
const tagsIn = ({ Tags = [] }: ListUserTagsCommandOutput): readonly Tag[] => Tags;

describe.each(KINDS)("tags of a %s", (_, { make: makeOne, tag, untag, list, missing, member }) => {
  async function setUp() {
    const { iam, account } = await iamOfNewAccount();
    const [name, arn] = await makeOne(iam, account);
    const send = (command: Command) => sendTo(iam, command);
    const tags = async () => tagsIn(await sendTo<ListUserTagsCommandOutput>(iam, list(name)));
    return { iam, account, name, arn, send, tags };
  }

  it("are given, changed whatever their case, and taken away; those that are not there are passed over", async () => {
    const { name, send, tags } = await setUp();
    expect(await tags()).toEqual([]);
    await send(tag(name, [of("b", "1"), of("Cost", "2"), of("a")]));
    expect(await tags()).toEqual([of("a"), of("b", "1"), of("Cost", "2")]);
    await send(tag(name, [of("B", "new"), of("d", "4")]));
    expect(await tags()).toEqual([of("a"), of("B", "new"), of("Cost", "2"), of("d", "4")]);
    await send(untag(name, ["b", "COST", "never-there"]));
    expect(await tags()).toEqual([of("a"), of("d", "4")]);
  });

  it("are listed by pages", async () => {
    const { iam, name, send } = await setUp();
    await send(tag(name, [of("c"), of("A"), of("b")]));
    const pages = await pagesOf(iam, (page) => list(name, page), tagsIn, 2);
    expect(pages).toEqual([[of("A"), of("b")], [of("c")]]);
    await refusedAs(send(list(name, { Marker: "made-up" })), { ...INVALID, message: "Invalid Marker." });
  });

  it("are fifty at most, together and at once", async () => {
    const { name, send, tags } = await setUp();
    const many = (count: number) => Array.from({ length: count }, (__, at) => of(`k${at}`));
    await refusedAs(send(tag(name, many(51))), INVALID);
    await send(tag(name, many(49)));
    const full = limitExceeded("The number of tags has reached the maximum limit.");
    await refusedAs(send(tag(name, [of("a"), of("b")])), full);
    expect(await tags()).toHaveLength(49);
    await send(tag(name, [of("a"), of("K0", "changed")]));
    await refusedAs(send(tag(name, [of("b")])), full);
    await refusedAs(
      send(
        untag(
          name,
          Array.from({ length: 51 }, (__, at) => `k${at}`),
        ),
      ),
      INVALID,
    );
    await send(tag(name, many(50).slice(0, 49)));
  });

  it("are refused where they cannot stand together, and change nothing", async () => {
    const { name, send, tags } = await setUp();
    const twice = {
      ...{ name: "InvalidInputException", status: 400 },
      message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    };
    await refusedAs(send(tag(name, [of("x"), of("a"), of("A")])), twice);
    await refusedAs(send(tag(name, [of("x"), of("aws:team")])), INVALID);
    await refusedAs(send(tag(name, [of("x"), of("no#sign")])), {
      ...INVALID,
      message:
        "1 validation error detected: Value 'no#sign' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
    });
    await refusedAs(send(tag(name, [of("x"), of("y", "no#sign")])), INVALID);
    await refusedAs(send(untag(name, ["no#sign"])), INVALID);
    await refusedAs(send(tag(name, [of("x"), of("a", "b".repeat(257))])), INVALID);
    await refusedAs(send(tag(name, [of("x"), of("a".repeat(129))])), INVALID);
    await refusedAs(send(untag(name, ["a".repeat(129)])), INVALID);
    expect(await tags()).toEqual([]);
    await send(tag(name, [of("a".repeat(128), "b".repeat(256)), of("Größe 1", "ünï+=: 𝒶")]));
    expect(await tags()).toHaveLength(2);
  });

  it("are refused of what is not there", async () => {
    const { account, send } = await setUp();
    const [nobody, message] = missing(account);
    for (const command of [tag(nobody, [of("a")]), untag(nobody, ["a"]), list(nobody)])
      await refusedAs(send(command), noSuchEntity(message));
  });

  it("need their rights, and are recorded", async () => {
    const { iam, account, name, arn, send } = await setUp();
    await eachNeedsItsRight(iam, account, [
      { command: tag(name, [of("a")]), resource: arn },
      { command: list(name), resource: arn },
      { command: untag(name, ["a"]), resource: arn },
    ]);
    await send(tag(name, [of("a", "1")]));
    await send(untag(name, ["a"]));
    const events = (await eventsOfIdentities(account)).slice(-2);
    expect(events).toMatchObject([
      { requestParameters: { [member]: name, tags: [{ key: "a", value: "1" }] }, responseElements: null, readOnly: false },
      { requestParameters: { [member]: name, tagKeys: ["a"] }, responseElements: null, readOnly: false },
    ]);
  });

  it("decide by aws:RequestTag and aws:TagKeys what may be given and taken", async () => {
    const { iam, name, tags } = await setUp();
    const limited = await userWith(iam, "limited", {
      Action: ["iam:Tag*", "iam:Untag*"],
      Condition: {
        "ForAllValues:StringEquals": { "aws:TagKeys": ["Team", "Cost"] },
        StringEqualsIfExists: { "aws:RequestTag/Team": "engines" },
      },
    });
    await refusedAs(sendTo(limited, tag(name, [of("Team", "wheels")])), ACCESS_DENIED);
    await refusedAs(sendTo(limited, tag(name, [of("Team", "engines"), of("Other")])), ACCESS_DENIED);
    await sendTo(limited, tag(name, [of("Team", "engines"), of("Cost", "1")]));
    await refusedAs(sendTo(limited, untag(name, ["Team", "Other"])), ACCESS_DENIED);
    await sendTo(limited, untag(name, ["Cost"]));
    expect(await tags()).toEqual([of("Team", "engines")]);
  });

  it("decide by aws:ResourceTag and iam:ResourceTag what may be done with what has them", async () => {
    const { iam, name, send } = await setUp();
    const owner = await userWith(iam, "owner", {
      Action: ["iam:Tag*", "iam:List*Tags"],
      Condition: { StringEquals: { "aws:ResourceTag/team": "engines", "iam:ResourceTag/TEAM": "engines" } },
    });
    await refusedAs(sendTo(owner, list(name)), ACCESS_DENIED);
    await refusedAs(sendTo(owner, tag(name, [of("Team", "engines")])), ACCESS_DENIED); // what it would have does not count
    await send(tag(name, [of("Team", "engines")]));
    await sendTo(owner, list(name));
    await sendTo(owner, tag(name, [of("Team", "wheels")]));
    await refusedAs(sendTo(owner, list(name)), ACCESS_DENIED);
  });
});

describe("tags of AWS's own policies", () => {
  it("are none, and none can be given", async () => {
    const { iam } = await iamOfNewAccount();
    expect((await iam.send(new ListPolicyTagsCommand({ PolicyArn: ADMINISTRATOR }))).Tags).toEqual([]);
    const refusal = { ...ACCESS_DENIED, message: `Cannot modify the AWS managed policy ${ADMINISTRATOR}.` };
    await refusedAs(iam.send(new TagPolicyCommand({ PolicyArn: ADMINISTRATOR, Tags: [of("a")] })), refusal);
    await refusedAs(iam.send(new UntagPolicyCommand({ PolicyArn: ADMINISTRATOR, TagKeys: ["a"] })), refusal);
  });
});

describe("tags of a user", () => {
  it("bear on what he may do from the next call on", async () => {
    const { iam } = await iamOfNewAccount();
    const ada = await userWith(iam, "ada", {
      Action: "iam:ListUserTags",
      Condition: { StringEquals: { "aws:PrincipalTag/Team": "engines" } },
    });
    const list = () => ada.send(new ListUserTagsCommand({ UserName: "ada" }));
    await refusedAs(list(), ACCESS_DENIED);
    await iam.send(new TagUserCommand({ UserName: "ada", Tags: [of("team", "engines")] }));
    expect((await list()).Tags).toEqual([of("team", "engines")]);
    await iam.send(new UntagUserCommand({ UserName: "ada", TagKeys: ["TEAM"] }));
    await refusedAs(list(), ACCESS_DENIED);
  });
});
