// Who sent this request? The signature is verified from the access key id alone: no look-up, in any isolate anywhere.

import { knownAccessKeyId, secretAccessKey } from "../auth/credentials.ts";
import {
  type Claim,
  checkClock,
  checkScope,
  mismatch,
  readClaim,
  requireSigned,
  type SignedRequest,
  verify,
} from "../auth/sigv4.ts";
import { sigV4Key } from "../crypto/mac.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { type CallerKind, callerKind } from "../wire/access-key-id.ts";
import { remember } from "../wire/bounded.ts";
import { KmsError } from "../wire/faults.ts";
import { isRegion } from "../wire/regions.ts";

/** Days' keys that are kept. They enter only behind a signature that has verified, so that strangers cannot evict everybody's. */
const KEYS_MAX = 1024;

export interface Caller {
  readonly accessKeyId: string;
  readonly account: string;
  readonly kind: CallerKind;
  readonly region: string;
}

interface DayKey {
  readonly account: string;
  readonly kind: CallerKind;
  readonly key: CryptoKey;
}

export class Authenticator {
  readonly #rootKeys: RootKeys;
  readonly #keys = new Map<string, DayKey>();

  constructor(rootKeys: RootKeys) {
    this.#rootKeys = rootKeys;
  }

  /**
   * @throws KmsError MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException,
   *   UnrecognizedClientException, in AWS's order: what is missing, the scope, the access key, the clock, the signature.
   */
  async authenticate(request: SignedRequest, service: string, now: number): Promise<Caller> {
    const claim = readClaim(request);
    requireSigned(claim);
    checkScope(claim, service, isRegion);
    checkHost(claim);
    // A long-term access key has no token, and sessions are not built yet.
    if (claim.headers.has("x-amz-security-token")) throw unrecognized();
    const { accessKeyId, date, region } = claim;
    const name = `${accessKeyId} ${date} ${region} ${service}`;
    const known = this.#keys.get(name);
    const dayKey = known ?? (await this.#derive(claim));
    checkClock(claim, now);
    if (!(await verify(request, claim, dayKey.key))) throw mismatch();
    if (known === undefined) this.#remember(name, dayKey);
    return { accessKeyId, account: dayKey.account, kind: dayKey.kind, region };
  }

  async #derive({ accessKeyId, date, region, service }: Claim): Promise<DayKey> {
    const id = await knownAccessKeyId(this.#rootKeys, accessKeyId);
    if (id === undefined || id.kind === "ASIA") throw unrecognized();
    const secret = await secretAccessKey(this.#rootKeys, id, accessKeyId);
    return { account: id.account, kind: callerKind(id), key: await sigV4Key(secret, date, region, service) };
  }

  #remember(name: string, key: DayKey): void {
    remember(this.#keys, KEYS_MAX, name, key);
  }
}

const unrecognized = (): KmsError =>
  new KmsError("UnrecognizedClientException", "The security token included in the request is invalid.");

/** A host that names a Region must name the one that was signed for. */
function checkHost({ headers, region }: Claim): void {
  const named = /^kms(?:-fips)?\.([a-z0-9-]+)\./.exec(headers.get("host")?.toLowerCase() ?? "")?.[1];
  if (named !== undefined && isRegion(named) && named !== region) {
    throw new KmsError("InvalidSignatureException", "Credential should be scoped to a valid region.");
  }
}
