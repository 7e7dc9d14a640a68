// Forms that no client sends: AWS's code each, never a 5xx, nothing changed, and the object goes on.

import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { newAccount } from "../support/client.ts";
import { type Credentials, type QueryAnswer, rawForm, rootOf } from "../support/iam-client.ts";
import { identitiesOf } from "../support/identity-rows.ts";
import { eventsOfIdentities } from "../support/records.ts";
import { layOut } from "./row-trials.ts";

const account = newAccount();
let root: Credentials;
let before = "";

beforeAll(async () => {
  root = await rootOf(account);
  await layOut(root, account);
});

beforeEach(async () => {
  before = await identitiesOf(account);
});

afterEach(async () => {
  expect(await identitiesOf(account)).toBe(before);
  expect((await rawForm(root, "GetUser", { UserName: "ada" })).status).toBe(200);
});

const VERSION = "Version=2010-05-08";
const GET_USER = `Action=GetUser&${VERSION}&UserName=ada`;
const TAG_USER = `Action=TagUser&${VERSION}&UserName=ada`;
const MIB = 1024 * 1024;
const many = (count: number): string => Array.from({ length: count }, (_, at) => `&x${at}=`).join("");
const toldOf = ({ status, code }: QueryAnswer): string => (code === undefined ? `${status}` : `${status} ${code}`);

it.each([
  ["__proto__.member.1", "x"],
  ["__proto__", "x"],
  ["__proto__.UserName", "bo"],
  ["constructor", "x"],
  ["constructor.prototype.UserName", "bo"],
  ["toString.member.1", "x"],
  ["hasOwnProperty", ""],
  ["UserNamē", "x"],
  ["", "x"],
  [".", "x"],
  ["...", "x"],
  ["Tags.member.1.Key", "x"],
])("a parameter %o that no shape names is passed over", async (name, value) => {
  const answer = await rawForm(root, "GetUser", { UserName: "ada", [name]: value });
  expect(toldOf(answer)).toBe("200");
  expect(answer.text).toContain("<UserName>ada</UserName>");
});

it.each([
  ["Tags.__proto__", "400 MalformedInput"],
  ["Tags.member.__proto__.Key", "400 MalformedInput"],
  ["Tags.member.1.__proto__.Key", "400 ValidationError"],
  ["Tags.member.1.constructor", "400 ValidationError"],
  ["Tags.member.999999999.Key", "400 ValidationError"],
  ["Tags.member.1000000000.Key", "400 MalformedInput"],
  [`Tags${".member.1".repeat(20_000)}`, "400 ValidationError"],
  [`Tags.member.1.Key${".member.1".repeat(20_000)}`, "400 MalformedInput"],
  [`Tags.member.${"1".repeat(100_000)}`, "400 MalformedInput"],
])("a list named %.60s", async (name, expected) => {
  expect(toldOf(await rawForm(root, "TagUser", `${TAG_USER}&${name}=x`))).toBe(expected);
});

it.each<[string, string, string]>([
  ["2,000 parameters", GET_USER + many(1997), "200"],
  ["2,001 parameters", GET_USER + many(1998), "400 MalformedInput"],
  ["a million parameters without a name", GET_USER + "&".repeat(MIB - GET_USER.length), "200"],
  ["1 MiB", `${GET_USER}&x=${"a".repeat(MIB - GET_USER.length - 3)}`, "200"],
  ["a byte more", `${GET_USER}&x=${"a".repeat(MIB - GET_USER.length - 2)}`, "413 RequestEntityTooLarge"],
  ["a name given twice", `${GET_USER}&UserName=ada`, "400 MalformedInput"],
  ["a name given twice, once escaped", `${GET_USER}&User%4eame=bo`, "400 MalformedInput"],
  ["an action given twice", `Action=DeleteUser&${GET_USER}`, "400 MalformedInput"],
  ["a strange name given twice", `${GET_USER}&__proto__=1&__proto__=2`, "400 MalformedInput"],
  ["no action", VERSION, "400 MissingAction"],
  ["nothing", "", "400 MissingAction"],
  ["ampersands", "&&&&", "400 MissingAction"],
  ["an equals sign", "=", "400 MissingAction"],
  ["an action of a prototype", `Action=__proto__&${VERSION}`, "400 InvalidAction"],
  ["another of a prototype", `Action=constructor&${VERSION}`, "400 InvalidAction"],
  ["an action of STS", `Action=GetCallerIdentity&${VERSION}`, "400 InvalidAction"],
  ["an action that AWS has and we have not", `Action=CreateSAMLProvider&${VERSION}`, "400 InvalidAction"],
  ["an action in another case", `Action=getuser&${VERSION}`, "400 InvalidAction"],
  ["a long action", `Action=${"a".repeat(500_000)}&${VERSION}`, "400 InvalidAction"],
  ["no version", "Action=GetUser&UserName=ada", "400 InvalidAction"],
  ["the version of STS", "Action=GetUser&UserName=ada&Version=2011-06-15", "400 InvalidAction"],
  ["an escape cut off", `${GET_USER}&x=%`, "400 MalformedInput"],
  ["an escape that is none", `${GET_USER}&x=%zz`, "400 MalformedInput"],
  ["a lone surrogate", `${GET_USER}&x=%ED%A0%80`, "400 MalformedInput"],
  ["bytes that are no UTF-8", `${GET_USER}&x=%FF%FE`, "400 MalformedInput"],
  ["an escaped null", `Action=GetUser&${VERSION}&UserName=%00`, "400 ValidationError"],
  ["a semicolon for an ampersand", `Action=GetUser;${VERSION}`, "400 InvalidAction"],
  ["JSON", JSON.stringify({ Action: "GetUser" }), "400 MissingAction"],
  ["XML", "<GetUser/>", "400 MissingAction"],
])("%s", async (_, body, expected) => {
  expect(toldOf(await rawForm(root, "", body))).toBe(expected);
});

it.each(["application/json", "text/plain", "application/x-amz-json-1.1", "multipart/form-data; boundary=x", "a"])(
  "a form sent as %s names no action",
  async (type) => {
    expect(toldOf(await rawForm(root, "GetUser", GET_USER, { headers: { "content-type": type } }))).toBe("400 MissingAction");
  },
);

it.each(["GET", "PUT", "DELETE", "PATCH"])("%s names no action", async (method) => {
  expect(toldOf(await rawForm(root, "GetUser", GET_USER, { method }))).toBe("400 MissingAction");
});

it("what is signed for STS is answered as STS", async () => {
  expect(toldOf(await rawForm(root, "GetUser", { UserName: "ada" }, { service: "sts" }))).toBe("400 InvalidAction");
  expect(toldOf(await rawForm(root, "", `Action=GetCallerIdentity&${VERSION}`, { service: "sts" }))).toBe("400 InvalidAction");
});

it("no record names an action as long as its sender likes", async () => {
  const names = (await eventsOfIdentities(account)).map(({ eventName }) => eventName);
  expect(names).toContain("Unknown");
  expect(names.filter((name) => !/^[A-Za-z0-9]{1,64}$/.test(name))).toEqual([]);
});
