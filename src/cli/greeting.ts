// What a server prints when it is ready: the endpoint first, for programs; the rest can be pasted into a shell as it stands.

/** `about`: the state, in a line. `lines`: what makes a shell use the profile. */
export const greeting = (endpoint: string, about: string, lines: string): string => `Edgekeep is ready at ${endpoint}
# ${about}
# For the shell of a client:
${lines}
# Try this in it:
aws kms create-key`;
