// What a handler sees of its call and its world.

import type { Key } from "../../keyring/key.ts";
import type { Call } from "../operation.ts";
import type { World } from "../world.ts";
import { actedOn, type Visit } from "./visit.ts";

/** A class, because one is made for each call: what a handler does not ask for is not looked up. */
export class Handed implements Call {
  readonly #visit: Visit;
  readonly #world: World;

  constructor(visit: Visit, world: World) {
    this.#visit = visit;
    this.#world = world;
  }

  get account() {
    return this.#world.account;
  }
  get region() {
    return this.#world.region;
  }
  get key() {
    return present(actedOn(this.#visit)[0]);
  }
  get destination() {
    return present(actedOn(this.#visit)[1]);
  }
  get aliased() {
    return this.#visit.located?.find(({ resource }) => resource.kind === "alias")?.key;
  }
  get ciphertext() {
    return this.#visit.ciphertext;
  }
  get keyring() {
    return this.#world.keyring;
  }
  get importTokens() {
    return this.#world.importTokens;
  }
  get principals() {
    return this.#world.principals;
  }
  get reads() {
    return this.#world.reads;
  }
  get markers() {
    return this.#world.markers(this.#visit.call.name);
  }
  get quotas() {
    return this.#world.quotas;
  }
  get now() {
    return this.#world.now;
  }
  get random() {
    return this.#world.random;
  }
  get uuid() {
    return this.#world.uuid;
  }
}

function present(key: Key | undefined): Key {
  if (key === undefined) throw new Error("the operation acts on fewer keys than its handler asks for");
  return key;
}
