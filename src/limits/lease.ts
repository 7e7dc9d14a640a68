// How long a regional key store may go on under a view that it holds. Revocation waits for it where a store cannot be reached, so a longer one
// buys availability and pays with waiting IAM calls.

export const IDENTITY_LEASE_SECONDS = 10;

/** The longest that any version of this service has ever promised, this one included: never lowered. A restore waits for it. */
export const IDENTITY_LEASE_SECONDS_EVER = 10;
