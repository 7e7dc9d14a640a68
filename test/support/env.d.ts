// What tests add to the bindings.

declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    ROOT_KEYS: string;
  }
}
