// `npm run bench:rsa`: how long the platform takes for an RSA pair, and what other calls lose meanwhile: Encrypt at 16 connections, quiet and
// while RSA_4096 pairs are made as fast as the rule allows (one at a time, a rest behind each).
//
// --pairs N: of each size · --rounds N · --seconds N: of load, quiet and busy

import { parseArgs } from "node:util";
import { ACCOUNT, createKey, loadNamed, loadsOf } from "./loads.ts";
import { quietMachine } from "./quiet.ts";
import { type Making, printLoss, printTimes } from "./rsa-making.ts";
import { startTarget } from "./target.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "20" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
  },
});

const target = await startTarget();
try {
  await quietMachine()();
  const KeyId = await createKey(target);
  const making: Making = {
    what: "pair",
    make: (KeyPairSpec) => target.call(ACCOUNT, "GenerateDataKeyPairWithoutPlaintext", { KeyId, KeyPairSpec }),
  };
  await printTimes(making, Number(values.pairs));
  const encrypt = loadNamed("Encrypt", await loadsOf(target, KeyId));
  await printLoss(making, encrypt, { rounds: Number(values.rounds), milliseconds: Number(values.seconds) * 1000 });
} finally {
  await target.stop();
}
