// Comparison of secrets, in workerd.

import type { Bytes } from "../wire/bytes.ts";

/** Whether two arrays hold the same bytes, in a time that depends on their lengths alone. */
export const equal = (left: Bytes, right: Bytes): boolean =>
  left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
