// The Regions, written down a second time: where a Region's objects live decides whether its keys are found, so none may ever change.

import { expect, it } from "vitest";
import { isRegion, PARTITION, REGION_NAMES, regionOf } from "../../../src/wire/regions.ts";

/** Only ever added to. A Region listed here keeps its hint and its jurisdiction for good. */
const FROZEN = `
  af-south-1      afr
  ap-east-1       apac
  ap-east-2       apac
  ap-northeast-1  apac
  ap-northeast-2  apac
  ap-northeast-3  apac
  ap-south-1      apac
  ap-south-2      apac
  ap-southeast-1  apac
  ap-southeast-2  oc
  ap-southeast-3  apac
  ap-southeast-4  oc
  ap-southeast-5  apac
  ap-southeast-6  oc
  ap-southeast-7  apac
  ca-central-1    enam
  ca-west-1       wnam
  eu-central-1    weur  eu
  eu-central-2    weur
  eu-north-1      eeur  eu
  eu-south-1      weur  eu
  eu-south-2      weur  eu
  eu-west-1       weur  eu
  eu-west-2       weur
  eu-west-3       weur  eu
  il-central-1    me
  me-central-1    me
  me-south-1      me
  mx-central-1    wnam
  sa-east-1       sam
  us-east-1       enam
  us-east-2       enam
  us-west-1       wnam
  us-west-2       wnam
`;

it("no Region has moved, and none is missing", () => {
  const listed = REGION_NAMES.map((name) => {
    const { hint, jurisdiction } = regionOf(name);
    return [name, hint, ...(jurisdiction === undefined ? [] : [jurisdiction])];
  });
  expect(listed).toEqual(
    FROZEN.trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/)),
  );
});

it("a Region of the EU is in its jurisdiction; London and Zurich are not in the EU", () => {
  const inEu = REGION_NAMES.filter((name) => regionOf(name).jurisdiction === "eu");
  expect(inEu).toEqual(REGION_NAMES.filter((name) => name.startsWith("eu-") && !["eu-west-2", "eu-central-2"].includes(name)));
});

it.each(["", "us-east-3", "US-EAST-1", "us-east-1 ", "constructor", "__proto__", "toString"])("%o is no Region", (name) => {
  expect(isRegion(name)).toBe(false);
  expect(() => regionOf(name)).toThrow(RangeError);
});

it("a listed name is a Region, of the one partition that is served", () => {
  expect(REGION_NAMES.every(isRegion)).toBe(true);
  expect(PARTITION).toBe("aws");
});
