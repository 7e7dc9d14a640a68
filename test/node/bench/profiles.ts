// V8's profiles as costs by function. Source: the Chrome DevTools protocol, HeapProfiler.SamplingHeapProfile and Profiler.Profile.

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface HeapNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** What each function has cost by itself. */
export type Costs = ReadonlyMap<string, number>;

const nameOf = ({ functionName, lineNumber }: CallFrame): string => `${functionName || "(no name)"}:${lineNumber + 1}`;

export function bytesByFunction(answer: unknown): Costs {
  const costs = new Map<string, number>();
  const add = (node: HeapNode): void => {
    const name = nameOf(node.callFrame);
    costs.set(name, (costs.get(name) ?? 0) + node.selfSize);
    node.children.forEach(add);
  };
  add((answer as { profile: { head: HeapNode } }).profile.head);
  return costs;
}

interface TimeProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export function microsecondsByFunction(answer: unknown): Costs {
  const { nodes, samples, timeDeltas } = (answer as { profile: TimeProfile }).profile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const costs = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const name = names.get(id) ?? "(unknown)";
    costs.set(name, (costs.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  }
  return costs;
}
