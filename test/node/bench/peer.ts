// What is measured beside Edgekeep: a server that can do some of the same, where it is installed.

import type { Load } from "./pairs.ts";
import type { Spawned } from "./spawned.ts";

export interface Peer {
  readonly name: string;
  /** @param folder for what it writes; gone after the run. @throws Error, which says why, where it is not here or does not start. */
  start(folder: string): Promise<Serving>;
}

export interface Serving extends Spawned {
  /** Makes a key. @returns loads on it, by the name of KMS's operation. */
  loads(): Promise<Readonly<Record<string, Load>>>;
}
