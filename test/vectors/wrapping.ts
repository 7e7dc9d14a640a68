// Which key may come wrapped how. Source: KMS developer guide, "Select a wrapping algorithm". It judges src/keyring/wrapping.ts, so nothing
// here is taken from there.

const OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const AES = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
const RSA = ["RSA_2048", "RSA_3072", "RSA_4096"];

/** Whether keys of a spec have an origin EXTERNAL. */
export const isImported = (spec: string): boolean => !/^ML_|25519$|^SM2$/.test(spec);

/** AWS's table. */
export function isAllowed(spec: string, algorithm: string, wrappingSpec: string): boolean {
  if (!RSA.includes(wrappingSpec) || !isImported(spec)) return false;
  if (OAEP.includes(algorithm)) return !spec.startsWith("RSA") && !(spec === "ECC_NIST_P521" && wrappingSpec === "RSA_2048");
  return AES.includes(algorithm) && /^(RSA|ECC)/.test(spec);
}

/** Every way that the API's model names. */
export const WAYS_TO_WRAP = ["RSAES_PKCS1_V1_5", ...OAEP, ...AES, "SM2PKE"].flatMap((algorithm) =>
  [...RSA, "SM2"].map((wrappingSpec) => [algorithm, wrappingSpec] as const),
);
