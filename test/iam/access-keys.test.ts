// Access keys of users and of root, through the real SDKs: made, switched, deleted; what each still signs, and what is on record of it.

import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import { parseAccessKeyId } from "../../src/wire/access-key-id.ts";
import { testRootKeys } from "../support/client.ts";
import { allowing, type Credentials, iamAs, iamOfNewAccount, newUser, rawForm, rootOf, stsAs } from "../support/iam-client.ts";
import { refusedAs } from "../support/iam-refusals.ts";
import { inIdentities } from "../support/identity-store.ts";
import { override } from "../support/override.ts";
import { eventsOfIdentities } from "../support/records.ts";

const UNKNOWN = { status: 403, name: "InvalidClientTokenId", message: "The security token included in the request is invalid." };
const whoIs = (credentials: Credentials) => stsAs(credentials).send(new GetCallerIdentityCommand({}));

async function newKey(iam: IAMClient, UserName?: string): Promise<Credentials> {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

const remove = (iam: IAMClient, { accessKeyId: AccessKeyId }: Credentials, UserName?: string) =>
  iam.send(new DeleteAccessKeyCommand({ AccessKeyId, UserName }));

describe("a user's access key", () => {
  it("signs at once, as its user; its serial is above root's", async () => {
    const { iam, account } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada");
    expect(await whoIs(credentials)).toMatchObject({ Account: account, Arn: `arn:aws:iam::${account}:user/ada` });
    const { User } = await iam.send(new GetUserCommand({ UserName: "ada" }));
    expect((await whoIs(credentials)).UserId).toBe(User?.UserId);
    expect(parseAccessKeyId(credentials.accessKeyId)?.serial).toBeGreaterThan(255);
  });

  it("signs nothing while it is inactive, and again when it is active", async () => {
    const { iam } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada");
    const set = (Status: "Active" | "Inactive") =>
      iam.send(new UpdateAccessKeyCommand({ UserName: "ada", AccessKeyId: credentials.accessKeyId, Status }));
    await set("Inactive");
    await refusedAs(whoIs(credentials), UNKNOWN);
    await set("Active");
    expect((await whoIs(credentials)).Arn).toContain("user/ada");
  });

  it("is deleted for good; what it still signs is refused, and recorded with whose it was", async () => {
    const { iam, account } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada");
    await remove(iam, credentials, "ada");
    await refusedAs(whoIs(credentials), UNKNOWN);
    expect((await eventsOfIdentities(account)).at(-1)).toMatchObject({
      ...{ eventName: "GetCallerIdentity", eventSource: "sts.amazonaws.com", errorCode: "InvalidClientTokenId" },
      userIdentity: { type: "IAMUser", userName: "ada", accessKeyId: credentials.accessKeyId },
    });
    await refusedAs(remove(iam, credentials, "ada"), { status: 404, name: "NoSuchEntityException" });
  });

  it("is listed with its state, and never with its secret", async () => {
    const { iam } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada", allowing("iam:ListAccessKeys"));
    const listed = await iamAs(credentials).send(new ListAccessKeysCommand({})); // the caller's own
    expect(listed.AccessKeyMetadata).toHaveLength(1);
    expect(listed.AccessKeyMetadata?.[0]).toMatchObject({
      UserName: "ada",
      AccessKeyId: credentials.accessKeyId,
      Status: "Active",
    });
    expect(JSON.stringify(listed)).not.toContain(credentials.secretAccessKey);
  });

  it("stands in the record of its making, without its secret", async () => {
    const { iam, account } = await iamOfNewAccount();
    const { accessKeyId, secretAccessKey } = await newUser(iam, "ada");
    const events = await eventsOfIdentities(account);
    expect(events.find(({ eventName }) => eventName === "CreateAccessKey")).toMatchObject({
      requestParameters: { userName: "ada" },
      responseElements: { accessKey: { userName: "ada", accessKeyId, status: "Active" } },
    });
    expect(JSON.stringify(events)).not.toContain(secretAccessKey);
  });

  it("is somebody's: another user's name does not reach it", async () => {
    const { iam } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada");
    await iam.send(new CreateUserCommand({ UserName: "bo" }));
    const message = `The Access Key with id ${credentials.accessKeyId} cannot be found.`;
    await refusedAs(remove(iam, credentials, "bo"), { status: 404, name: "NoSuchEntityException", message });
  });

  it("is given no serial that was ever given", async () => {
    const { iam, account } = await iamOfNewAccount();
    const first = await newUser(iam, "ada");
    const { serial = 0 } = parseAccessKeyId(first.accessKeyId) ?? {};
    await remove(iam, first, "ada");
    const drawn = [serial, 5, serial + 1]; // the one that was deleted, one of root's, and a free one
    await inIdentities(account, (world) => {
      override(world, "random", (random) => (bytes) => {
        const next = bytes === 3 ? drawn.shift() : undefined;
        return next === undefined ? random(bytes) : Uint8Array.of(next >> 16, (next >> 8) & 255, next & 255);
      });
    });
    const second = await newKey(iam, "ada");
    expect(parseAccessKeyId(second.accessKeyId)?.serial).toBe(serial + 1);
  });

  it("divergence: no use of it is kept", async () => {
    const { iam } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada");
    await whoIs(credentials);
    const { UserName, AccessKeyLastUsed } = await iam.send(
      new GetAccessKeyLastUsedCommand({ AccessKeyId: credentials.accessKeyId }),
    );
    expect({ UserName, ...AccessKeyLastUsed }).toEqual({ UserName: "ada", ServiceName: "N/A", Region: "N/A" });
  });
});

describe("root's access keys", () => {
  it("are two at most, with serials in turn that never come back", async () => {
    const { iam, account } = await iamOfNewAccount();
    const serials: (number | undefined)[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const made = await newKey(iam);
      serials.push(parseAccessKeyId(made.accessKeyId)?.serial);
      expect((await whoIs(made)).Arn).toBe(`arn:aws:iam::${account}:root`);
      await refusedAs(newKey(iam), { status: 409, name: "LimitExceededException" });
      await remove(iam, made);
    }
    expect(serials).toEqual([1, 2, 3]);
  });

  it("end with serial 255", async () => {
    const { iam, account } = await iamOfNewAccount();
    await newKey(iam);
    await inIdentities(account, ({ storage }) => {
      storage.sql.exec("UPDATE access_key SET serial = 255, status = 'Deleted' WHERE serial = 1");
    });
    await refusedAs(newKey(iam), { status: 409, name: "LimitExceededException" });
  });

  it("can be deactivated, the first one too, by another of them", async () => {
    const { iam, account } = await iamOfNewAccount();
    const first = await rootOf(account);
    const second = iamAs(await newKey(iam));
    const set = (Status: "Active" | "Inactive") =>
      second.send(new UpdateAccessKeyCommand({ AccessKeyId: first.accessKeyId, Status }));
    await set("Inactive");
    await refusedAs(whoIs(first), UNKNOWN);
    await set("Active");
    expect((await whoIs(first)).UserId).toBe(account);
  });

  it("that were never made are unknown, though their secrets are right", async () => {
    const { account } = await iamOfNewAccount();
    await refusedAs(whoIs(await accessKey(testRootKeys, account, 7)), UNKNOWN);
    expect(await rawForm(await accessKey(testRootKeys, account, 4711), "ListUsers")).toMatchObject({
      status: 403,
      code: "InvalidClientTokenId",
    });
  });
});
