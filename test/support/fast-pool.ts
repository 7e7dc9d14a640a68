// The pool asks its Node process for the Worker's module with each request and each call of an object, though the answer is always the same. Where many
// thousand calls are made, that question costs more than the calls: here it is put once.

interface Runner {
  import(specifier: string): Promise<unknown>;
}

/** Lets the pool keep the modules that it has imported, for the rest of the file. */
export function keepModules(): void {
  const { moduleRunner } = (globalThis as unknown as { __vitest_mocker__: { moduleRunner: Runner } }).__vitest_mocker__;
  const ask = moduleRunner.import.bind(moduleRunner);
  const known = new Map<string, unknown>();
  moduleRunner.import = async (specifier) => {
    if (!known.has(specifier)) known.set(specifier, await ask(specifier));
    return known.get(specifier);
  };
}
