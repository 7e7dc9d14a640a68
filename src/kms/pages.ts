// Lists by pages: a marker is where the last page ended.

import { KmsError } from "../wire/faults.ts";
import type { Call } from "./operation.ts";

export interface PageRequest {
  readonly Limit: number;
  readonly Marker?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextMarker: string | undefined;
  readonly Truncated: boolean;
}

/**
 * One page of a list. `read` gives at most so many items behind a position, "" being the beginning; `position` names an item's own.
 * @throws KmsError InvalidMarkerException.
 */
export async function pageOf<T>(
  operation: string,
  { Limit, Marker }: PageRequest,
  { markers }: Pick<Call, "markers">,
  read: (after: string, limit: number) => readonly T[],
  position: (item: T) => string,
): Promise<Page<T>> {
  const after = Marker === undefined ? "" : await markers.open(operation, Marker);
  if (after === undefined) throw new KmsError("InvalidMarkerException");
  const found = read(after, Limit + 1);
  const items = found.slice(0, Limit);
  const last = items.at(-1);
  const Truncated = found.length > Limit && last !== undefined;
  return { items, NextMarker: Truncated ? await markers.seal(operation, position(last)) : undefined, Truncated };
}
