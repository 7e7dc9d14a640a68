// Lists by pages: a marker is where the last page ended.

import { ApiError } from "../wire/api-error.ts";
import { defaulted, integer, optional, string } from "../wire/shape.ts";
import type { Call } from "./operation.ts";

/** The members of a list's request; items a page. */
export const paged = ({ byDefault, max }: { readonly byDefault: number; readonly max: number }) => ({
  Limit: defaulted(integer({ min: 1, max }), byDefault),
  Marker: optional(string({ min: 1, max: 1024, pattern: "[\\u0020-\\u00FF]*" })),
});

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
 * @throws ApiError InvalidMarkerException.
 */
export async function pageOf<T>(
  { Limit, Marker }: PageRequest,
  { markers }: Pick<Call, "markers">,
  read: (after: string, limit: number) => readonly T[],
  position: (item: T) => string,
): Promise<Page<T>> {
  const after = Marker === undefined ? "" : await markers.open(Marker);
  if (after === undefined) throw new ApiError("InvalidMarkerException");
  const found = read(after, Limit + 1);
  const items = found.slice(0, Limit);
  const last = items.at(-1);
  const Truncated = found.length > Limit && last !== undefined;
  return { items, NextMarker: Truncated ? await markers.seal(position(last)) : undefined, Truncated };
}
