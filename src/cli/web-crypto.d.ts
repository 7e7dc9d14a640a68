// What src/auth and src/crypto call by workerd's global name, @types/node knows under another. See tsconfig.json.

type CryptoKey = import("node:crypto").webcrypto.CryptoKey;
