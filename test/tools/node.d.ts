// The few functions of Node that the tools and the tests with a disk use, declared by hand: @types/node and workers-types exclude
// each other.
declare module "node:fs" {
  interface Entry {
    readonly name: string;
    isDirectory(): boolean;
  }
  export function existsSync(path: URL): boolean;
  export function readFileSync(path: URL, encoding: "utf8"): string;
  export function writeFileSync(path: URL, text: string): void;
  export function readdirSync(path: URL, options: { withFileTypes: true }): Entry[];
}

interface ImportMeta {
  readonly url: string;
}
