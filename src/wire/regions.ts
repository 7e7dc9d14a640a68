// Every Region: where its objects are created, and under which jurisdiction. Frozen: the same name in another jurisdiction is
// another, empty object, so changing an entry would lose that Region's keys (test/unit/wire/regions.test.ts holds a copy).

export type LocationHint = "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "oc" | "afr" | "me";

export interface Region {
  readonly hint: LocationHint;
  readonly jurisdiction?: "eu";
}

const at = (hint: LocationHint): Region => ({ hint });
const inEu = (hint: LocationHint): Region => ({ hint, jurisdiction: "eu" });

/** IAM is one for all Regions: it is signed for this one, and its records stand here, with those of STS. */
export const IAM_REGION = "us-east-1";

const REGIONS: Readonly<Record<string, Region>> = {
  "af-south-1": at("afr"),
  "ap-east-1": at("apac"),
  "ap-east-2": at("apac"),
  "ap-northeast-1": at("apac"),
  "ap-northeast-2": at("apac"),
  "ap-northeast-3": at("apac"),
  "ap-south-1": at("apac"),
  "ap-south-2": at("apac"),
  "ap-southeast-1": at("apac"),
  "ap-southeast-2": at("oc"),
  "ap-southeast-3": at("apac"),
  "ap-southeast-4": at("oc"),
  "ap-southeast-5": at("apac"),
  "ap-southeast-6": at("oc"),
  "ap-southeast-7": at("apac"),
  "ca-central-1": at("enam"),
  "ca-west-1": at("wnam"),
  "eu-central-1": inEu("weur"),
  "eu-central-2": at("weur"), // Zurich is not in the EU
  "eu-north-1": inEu("eeur"),
  "eu-south-1": inEu("weur"),
  "eu-south-2": inEu("weur"),
  "eu-west-1": inEu("weur"),
  "eu-west-2": at("weur"), // London is not in the EU
  "eu-west-3": inEu("weur"),
  "il-central-1": at("me"),
  "me-central-1": at("me"),
  "me-south-1": at("me"),
  "mx-central-1": at("wnam"),
  "sa-east-1": at("sam"),
  "us-east-1": at("enam"),
  "us-east-2": at("enam"),
  "us-west-1": at("wnam"),
  "us-west-2": at("wnam"),
};

/** Every listed Region has AWS's commercial partition: China and GovCloud are not served. */
export const PARTITION = "aws";

export const REGION_NAMES: readonly string[] = Object.keys(REGIONS);

export const isRegion = (name: string): boolean => Object.hasOwn(REGIONS, name);

/**
 * The part of a class's namespace in which a Region's objects live. `jurisdictions` is "on" or "off", as the variable says.
 * @throws RangeError for a name that `isRegion` denies.
 */
export function namespaceOf<N extends { jurisdiction(name: "eu"): N }>(all: N, region: string, jurisdictions: string): N {
  const { jurisdiction } = regionOf(region);
  return jurisdiction !== undefined && jurisdictions === "on" ? all.jurisdiction(jurisdiction) : all;
}

/** @throws RangeError for a name that `isRegion` denies. */
export function regionOf(name: string): Region {
  const region = Object.hasOwn(REGIONS, name) ? REGIONS[name] : undefined;
  if (region === undefined) throw new RangeError("no such Region");
  return region;
}
