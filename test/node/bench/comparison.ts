// How operations of one server, build or caller do against another's, in one run: what `bench:builds` and `bench:users` print.

import { loadNamed } from "./loads.ts";
import { extentsOf, type Load, run } from "./pairs.ts";
import { quietMachine } from "./quiet.ts";
import { compareInRounds } from "./rounds.ts";
import { HEADING, line, type Row, refuseBusyClient, rowOf } from "./rows.ts";

const WARM_UP_CONNECTIONS = 64;

type Loads = Readonly<Record<string, Load>>;

interface Comparison {
  readonly against: Loads;
  readonly measured: Loads;
  /** What the measured requests a second are to be of the others'. */
  readonly aim: number;
}

/** As the command line gives it. */
interface Given {
  readonly operation: string;
  readonly pairs: string;
  readonly slice: string;
  readonly connections: string;
}

/** Warms both up, and prints a line for each count of connections and operation. Where the client was the limit, the run fails. */
export async function printComparison({ against, measured, aim }: Comparison, given: Given): Promise<void> {
  const operations = given.operation.split(",");
  const ready = quietMachine();
  await ready();
  const warmUp = { connections: WARM_UP_CONNECTIONS, milliseconds: Number(given.slice) };
  for (const loads of [against, measured]) for (const name of operations) await run(loadNamed(name, loads), warmUp);
  console.log(HEADING);
  const rows: Row[] = [];
  for (const extent of extentsOf(given)) {
    for (const name of operations) {
      const compared = await compareInRounds(loadNamed(name, measured), loadNamed(name, against), extent, ready);
      const row = rowOf(name, extent.connections, compared, aim);
      rows.push(row);
      console.log(line(row));
    }
  }
  refuseBusyClient(rows);
}
