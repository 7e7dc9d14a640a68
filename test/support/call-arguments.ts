// A call as a front makes it over RPC.

import type { CallArguments, ObjectCall } from "../../src/durable/call.ts";

export const argumentsOf = (call: ObjectCall): CallArguments => [
  call.passport,
  call.name,
  call.body,
  call.requestId,
  call.receivedAt,
  call.sourceAddress,
  call.userAgent,
  call.host,
  call.tlsVersion,
  call.cipherSuite,
];
