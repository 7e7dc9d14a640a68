// The Worker as one text: a scriptPath outside the working directory would crash workerd.

import { type BuildOptions, build, context, stop as stopEsbuild } from "esbuild";

const OPTIONS = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*", "cloudflare:*"],
} as const satisfies BuildOptions;

export async function bundleWorker(main: string): Promise<string> {
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: [main], logLevel: "silent" });
  await stopEsbuild();
  return onlyText(outputFiles);
}

/**
 * Builds now and at each change of a file that the Worker is made of, until the process ends. What does not build is told on stderr.
 * @param built is told each text that differs from the one before, and undefined for what does not build.
 */
export async function watchWorker(main: string, built: (script: string | undefined) => void): Promise<void> {
  let last: string | undefined;
  const watcher = await context({
    ...OPTIONS,
    entryPoints: [main],
    logLevel: "warning",
    plugins: [
      {
        name: "tell",
        setup: ({ onEnd }) =>
          onEnd(({ errors, outputFiles = [] }) => {
            if (errors.length > 0) return built(undefined);
            const script = onlyText(outputFiles);
            if (script === last) return;
            last = script;
            built(script);
          }),
      },
    ],
  });
  await watcher.watch();
}

function onlyText(files: readonly { readonly text: string }[]): string {
  const [script] = files;
  if (script === undefined) throw new Error("esbuild wrote nothing");
  return script.text;
}
