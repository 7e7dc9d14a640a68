// Lists by pages: a marker is where the last page ended. Source: IAM API reference, "Pagination".

import { fold } from "../authz/fold.ts";
import { ApiError } from "../wire/api-error.ts";
import { defaulted, integer, optional, string } from "../wire/shape.ts";
import type { Call } from "./operation.ts";
import type { Entity, EntityKind } from "./tables/entities.ts";

/** The members of a list's request. */
export const paged = {
  Marker: optional(string({ min: 1, max: 1024, pattern: "[\\u0020-\\u00FF]+" })),
  MaxItems: defaulted(integer({ min: 1, max: 1000 }), 100),
};

export interface PageRequest {
  readonly MaxItems: number;
  readonly Marker?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

/**
 * One page of a list. `read` gives at most so many items behind a position, "" being the beginning; `position` names an item's own.
 * @throws ApiError ValidationException.
 */
export async function pageOf<T>(
  { MaxItems, Marker }: PageRequest,
  { markers }: Pick<Call, "markers">,
  read: (after: string, limit: number) => readonly T[],
  position: (item: T) => string,
): Promise<Page<T>> {
  const after = Marker === undefined ? "" : await markers.open(Marker);
  if (after === undefined) throw new ApiError("ValidationException", "Invalid Marker.");
  const found = read(after, MaxItems + 1);
  const items = found.slice(0, MaxItems);
  const last = items.at(-1);
  const IsTruncated = found.length > MaxItems && last !== undefined;
  return { items, IsTruncated, Marker: IsTruncated ? await markers.seal(position(last)) : undefined };
}

/** One page of the account's users, groups or roles whose path begins so, in the order of their names. */
export function pageOfEntities(
  kind: EntityKind,
  request: PageRequest & { readonly PathPrefix: string },
  call: Pick<Call, "markers" | "reads">,
): Promise<Page<Entity>> {
  const read = (after: string, limit: number) => call.reads.entities.page(kind, request.PathPrefix, after, limit);
  return pageOf(request, call, read, ({ name }) => fold(name));
}
