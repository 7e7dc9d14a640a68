// The Worker on Miniflare and workerd, with a socket of its own: no proxy in between, which would cost a factor of eight.

import { setTimeout as pause } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleWorker } from "./bundle.ts";
import { applyMigrations } from "./migrations.ts";
import { HOST, portInUse } from "./port.ts";
import type { Settings } from "./settings.ts";
import { withoutSignalListeners } from "./signals.ts";

const READY_PATIENCE_MS = 20_000;
const READY_POLL_MS = 10;
const WATCH_MS = 1_000;
const IDLE_SCRIPT = "export default { fetch: () => new Response(null, { status: 404 }) };";

type WorkerOptions = Parameters<typeof convertV4MiniflareOptions>[0];

export class Server {
  readonly #settings: Settings;
  readonly #data: string;
  #miniflare: Miniflare | undefined;
  #stopping = false;
  #watch: NodeJS.Timeout | undefined;

  /** @param data where Miniflare keeps its state. */
  constructor(settings: Settings, data: string) {
    this.#settings = settings;
    this.#data = data;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /**
   * Returns the endpoint once it really answers. The migrations are applied by a workerd that has no object classes: alarms that
   * are due fire as soon as workerd knows their class, and must find the tables.
   * @param built the Worker's script; without it, the Worker is built here.
   */
  async start(port: number, secrets: Record<string, string>, built?: string): Promise<string> {
    const bundle = built === undefined ? bundleWorker(this.#settings.main) : Promise.resolve(built);
    bundle.catch(() => {}); // it is awaited below, and may fail before
    await this.#migrate();
    const script = await bundle;
    if (this.#stopping) throw new Error("stopped while starting");
    const miniflare = this.#run(this.#serving(script, port, secrets));
    try {
      const { port: actualPort } = await miniflare.unsafeGetDirectURL();
      const endpoint = await answering(`http://${HOST}:${actualPort}`);
      this.#watch = setInterval(() => endWithout(miniflare), WATCH_MS);
      return endpoint;
    } catch (cause) {
      if ((cause as { code?: unknown }).code === "ERR_ADDRESS_IN_USE") throw portInUse(port);
      throw cause;
    }
  }

  /** Serves another script at the same port, in a new workerd. Where that fails nothing serves, until the next one does. */
  async reload(script: string, port: number, secrets: Record<string, string>): Promise<void> {
    clearInterval(this.#watch);
    const miniflare = this.#miniflare;
    if (miniflare === undefined || this.#stopping) return;
    await miniflare.setOptions(convertV4MiniflareOptions(this.#options(this.#serving(script, port, secrets))));
    await answering(`http://${HOST}:${port}`);
    this.#watch = setInterval(() => endWithout(miniflare), WATCH_MS);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    await this.#miniflare?.dispose();
  }

  async #migrate(): Promise<void> {
    const { binding, migrations } = this.#settings.database;
    const miniflare = this.#run({ script: IDLE_SCRIPT });
    await applyMigrations(await miniflare.getD1Database(binding), migrations);
    await miniflare.dispose();
  }

  #serving(script: string, port: number, secrets: Record<string, string>): Partial<WorkerOptions> {
    const { objects, vars } = this.#settings;
    const classes = Object.entries(objects).map(([binding, className]) => [binding, { className, useSQLite: true }] as const);
    return {
      script,
      bindings: { ...vars, ...secrets },
      durableObjects: Object.fromEntries(classes),
      unsafeDirectSockets: [{ host: HOST, port }],
    };
  }

  #run(options: Partial<WorkerOptions>): Miniflare {
    this.#miniflare = withoutSignalListeners(() => new Miniflare(convertV4MiniflareOptions(this.#options(options))));
    return this.#miniflare;
  }

  /** Without an inspectorPort workerd has no inspector, and without unsafeLocalExplorer no pages over the data. */
  #options(options: Partial<WorkerOptions>): WorkerOptions {
    const { name, compatibilityDate, compatibilityFlags, database } = this.#settings;
    return {
      host: HOST,
      cf: false, // otherwise Miniflare would fetch it
      name,
      modules: true,
      compatibilityDate,
      compatibilityFlags,
      d1Databases: { [database.binding]: database.id },
      handleStructuredLogs: ({ message }: { message: string }) => console.error(message),
      unsafeHandleRuntimeRestart: () => console.error("edgekeep: workerd ended unexpectedly and was started again"),
      logRequests: false,
      telemetry: { enabled: false },
      resourcePersistencePath: this.#data,
      ...options,
    } as WorkerOptions;
  }
}

/** A workerd that dies is started again; where that fails nothing would serve any more, and Miniflare alone knows. */
function endWithout(miniflare: Miniflare): void {
  miniflare.ready.catch((cause: unknown) => {
    console.error(cause);
    process.exit(1);
  });
}

async function answering(endpoint: string): Promise<string> {
  const end = performance.now() + READY_PATIENCE_MS;
  for (;;) {
    const { status } = await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(READY_PATIENCE_MS) }).catch(() => ({
      status: "nothing",
    }));
    if (status === 200) return endpoint;
    if (performance.now() > end) throw new Error(`GET ${endpoint}/health answers ${status}`);
    await pause(READY_POLL_MS);
  }
}
