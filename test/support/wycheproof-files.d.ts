// Files of C2SP/wycheproof, which the vitest configuration reads where WYCHEPROOF_DIR says that they are.
declare module "wycheproof:*" {
  const file: import("./wycheproof.ts").VectorFile | null;
  export default file;
}

declare module "*?raw" {
  const text: string;
  export default text;
}
