// Who sent this request? The signature is verified from the access key id alone: no look-up, in any isolate anywhere. What can be
// known from a request's head is asked before its body is read, so that strangers cannot make us wait for one.

import type { RequestHead } from "../auth/canonical.ts";
import { knownAccessKeyId, secretAccessKey } from "../auth/credentials.ts";
import { type Claim, checkClock, checkScope, mismatch, readClaim, requireSigned, verify, wrongRegion } from "../auth/sigv4.ts";
import { sigV4Key } from "../crypto/mac.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { type CallerKind, callerKind } from "../wire/access-key-id.ts";
import { remember } from "../wire/bounded.ts";
import { isRegion } from "../wire/regions.ts";
import { unrecognized } from "../wire/unrecognized.ts";

/** Days' keys that are kept. They enter only behind a signature that has verified, so that strangers cannot evict everybody's. */
const KEYS_MAX = 1024;

/** Clients sign the same headers with each request, so a short list that was in a good signature need not be read again. */
const LISTS_MAX = 64;
const LIST_CHARACTERS_MAX = 512;

/** Whose an access key is, as far as its id tells. */
interface Holder {
  readonly account: string;
  readonly kind: CallerKind;
}

export interface Caller extends Holder {
  readonly accessKeyId: string;
  readonly region: string;
}

interface DayKey extends Holder {
  readonly key: CryptoKey;
}

/** Who a request says it is from. Its scope, access key and clock are good; whether it was signed only `verify` knows. */
export interface Claimant {
  readonly caller: Caller;
  readonly claim: Claim;
  readonly head: RequestHead;
}

export class Authenticator {
  readonly #rootKeys: RootKeys;
  readonly #service: string;
  readonly #isRegion: (name: string) => boolean;
  readonly #ownHost: RegExp;
  readonly #keys = new Map<string, DayKey>();
  readonly #lists = new Map<string, readonly string[]>();

  /** `service`: its name in scopes and hosts. `isRegionOf` knows the Regions that it is signed for. */
  constructor(rootKeys: RootKeys, service: string, isRegionOf = isRegion) {
    this.#rootKeys = rootKeys;
    this.#service = service;
    this.#isRegion = isRegionOf;
    this.#ownHost = new RegExp(`^${service}(?:-fips)?\\.([a-z0-9-]+)\\.`);
  }

  /**
   * Reads a request's claim, from its head alone.
   * @throws ApiError MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException,
   *   UnrecognizedClientException, in AWS's order: what is missing, the scope, the access key, the clock.
   */
  async identify(head: RequestHead, now: number): Promise<Claimant> {
    const claim = readClaim(head, this.#lists);
    requireSigned(claim);
    checkScope(claim, this.#service, this.#isRegion);
    this.#checkHost(claim);
    // A long-term access key has no token, and sessions are not built yet.
    if (claim.headers.has("x-amz-security-token")) throw unrecognized();
    const { accessKeyId, region } = claim;
    const { account, kind } = this.#keys.get(nameOf(claim)) ?? (await this.#holderOf(accessKeyId));
    checkClock(claim, now);
    return { caller: { accessKeyId, account, kind, region }, claim, head };
  }

  /**
   * Holds the claim against the body. The clock is asked again: who keeps a body back must not keep a signature alive.
   * @throws ApiError InvalidSignatureException.
   */
  async verify({ caller, claim, head }: Claimant, body: string, now: number): Promise<Caller> {
    checkClock(claim, now);
    const name = nameOf(claim);
    const known = this.#keys.get(name)?.key;
    const key = known ?? (await this.#deriveKey(claim));
    if (!(await verify({ ...head, body }, claim, key))) throw mismatch();
    if (known === undefined) remember(this.#keys, KEYS_MAX, name, { account: caller.account, kind: caller.kind, key });
    this.#rememberList(claim.signedHeaders);
    return caller;
  }

  /** One of the service's own hosts that names a Region must name the one that was signed for. */
  #checkHost({ headers, region }: Claim): void {
    const named = this.#ownHost.exec(headers.get("host")?.toLowerCase() ?? "")?.[1];
    if (named !== undefined && isRegion(named) && named !== region) throw wrongRegion();
  }

  async #holderOf(accessKeyId: string): Promise<Holder> {
    const id = await knownAccessKeyId(this.#rootKeys, accessKeyId);
    if (id === undefined || id.kind === "ASIA") throw unrecognized();
    return { account: id.account, kind: callerKind(id) };
  }

  async #deriveKey({ accessKeyId, date, region, service }: Claim): Promise<CryptoKey> {
    const id = await knownAccessKeyId(this.#rootKeys, accessKeyId);
    if (id === undefined) throw unrecognized();
    return sigV4Key(await secretAccessKey(this.#rootKeys, id, accessKeyId), date, region, service);
  }

  #rememberList(names: readonly string[]): void {
    const text = names.join(";");
    if (text.length <= LIST_CHARACTERS_MAX && !this.#lists.has(text)) remember(this.#lists, LISTS_MAX, text, names);
  }
}

const nameOf = ({ accessKeyId, date, region, service }: Claim): string => `${accessKeyId} ${date} ${region} ${service}`;
