/**
 * Livelock, starvation, hanging: cycles in the graph of states in which a reader gets no record.
 *
 * `livelock`: a writer takes a step in the cycle and so does the reader, which never gets a record.
 * `starved`: a writer takes a step, and during the whole cycle the reader is retrying a record,
 * whether it takes steps or sleeps. A reader that is simply never chosen is neither, because any
 * scheduler would let it run in the end. A sleeping reader counts, because others may take the lock
 * each time it is free. `hang`: the reader takes steps in the cycle, and no step of any task leads
 * out of its component, or to a record.
 *
 * Strongly connected components (Tarjan, without recursion), then the shortest closed walk in the
 * one that is reached first.
 */
import type { Explorer } from './explore.ts';

interface Cycle {
  /** Transitions from the start to the cycle, and those of the cycle. */
  readonly prefix: readonly number[];
  readonly cycle: readonly number[];
  readonly reader: number;
}

/** Edges of one reader's graph by state: those in which it gets no record. */
interface Graph {
  readonly states: number;
  /** Edges of state s: [first[s], first[s + 1]). */
  readonly first: Int32Array;
  readonly to: Int32Array;
  readonly via: Int32Array;
}

/** What a closed walk must have. */
const WRITER_MOVES = 1;
const READER_TAKES_PART = 2;
const ALL = WRITER_MOVES | READER_TAKES_PART;

export type CycleKind = 'livelock' | 'starved' | 'hang';

/**
 * @param kind what to look for @param readers number of readers; tasks from there on are writers
 */
export function findCycle(explorer: Explorer, kind: CycleKind, readers: number): Cycle | null {
  for (let reader = 0; reader < readers; reader++) {
    const found = findReaderCycle(explorer, kind, { reader, readers });
    if (found !== null) return { ...found, reader };
  }
  return null;
}

function findReaderCycle(
  explorer: Explorer,
  kind: CycleKind,
  { reader, readers }: { reader: number; readers: number },
): Omit<Cycle, 'reader'> | null {
  const whole = graphOf(explorer, reader, () => true);
  const components = componentsOf(whole);
  const hasFailed = (state: number): boolean => explorer.hasFailed(state, reader);
  const inner = (from: number, to: number): boolean => components[from] === components[to];
  const graph =
    kind === 'starved'
      ? graphOf(explorer, reader, (from, to) => inner(from, to) && hasFailed(from) && hasFailed(to))
      : whole;
  const parts = kind === 'starved' ? componentsOf(graph) : components;
  const needed = kind === 'hang' ? READER_TAKES_PART : ALL;
  const flagsOf = (from: number, via: number): number => {
    const { task } = explorer.viaOf(via);
    const sleeps = kind === 'starved' && task !== reader && explorer.isAsleep(from, reader);
    const takesPart = task === reader || sleeps ? READER_TAKES_PART : 0;
    return (task >= readers ? WRITER_MOVES : 0) | takesPart;
  };
  const have = new Uint8Array(graph.states);
  forEachEdge(graph, (from, to, via) => {
    if (parts[from] === parts[to]) have[parts[from]!]! |= flagsOf(from, via);
  });
  if (kind === 'hang') forgetThoseLeft(explorer, reader, parts, have);
  // States are numbered in the order of their distance from the start.
  for (let start = 0; start < graph.states; start++) {
    if ((have[parts[start]!]! & needed) !== needed) continue;
    const cycle = closedWalk(graph, parts, { start, needed, flagsOf });
    if (cycle !== null) return { prefix: explorer.pathTo(start), cycle };
  }
  return null;
}

/** Of components that some step leads out of, or to a record, `have` is emptied. */
function forgetThoseLeft(
  explorer: Explorer,
  reader: number,
  parts: Int32Array,
  have: Uint8Array,
): void {
  const { edges, complete, next } = explorer;
  // Where a bound has ended the search, nobody knows what comes after these.
  const known = complete ? next : next - 1;
  for (let from = 0; from < parts.length; from++) {
    if (from >= known) have[parts[from]!] = 0;
    for (let e = edges.startOf(from); e < edges.startOf(from + 1); e++) {
      const isRecord = edges.isProgress(e) && explorer.viaOf(edges.via(e)).task === reader;
      if (isRecord || parts[edges.to(e)] !== parts[from]) have[parts[from]!] = 0;
    }
  }
}

function graphOf(
  explorer: Explorer,
  reader: number,
  keep: (from: number, to: number) => boolean,
): Graph {
  const states = explorer.store.count;
  const { edges } = explorer;
  const first = new Int32Array(states + 1);
  const to = new Int32Array(edges.count);
  const via = new Int32Array(edges.count);
  let kept = 0;
  for (let from = 0; from < states; from++) {
    for (let e = edges.startOf(from); e < edges.startOf(from + 1); e++) {
      if (edges.isProgress(e) && explorer.viaOf(edges.via(e)).task === reader) continue;
      if (!keep(from, edges.to(e))) continue;
      to[kept] = edges.to(e);
      via[kept++] = edges.via(e);
    }
    first[from + 1] = kept;
  }
  return { states, first, to, via };
}

function forEachEdge(graph: Graph, visit: (from: number, to: number, via: number) => void): void {
  for (let from = 0; from < graph.states; from++) {
    for (let e = graph.first[from]!; e < graph.first[from + 1]!; e++) {
      visit(from, graph.to[e]!, graph.via[e]!);
    }
  }
}

/** Tarjan: by state, the number of its strongly connected component. */
function componentsOf(graph: Graph): Int32Array {
  const { states, first, to } = graph;
  const component = new Int32Array(states).fill(-1);
  const index = new Int32Array(states).fill(-1);
  const low = new Int32Array(states);
  const nextEdge = first.slice(0, states);
  const open: number[] = [];
  const path: number[] = [];
  let visited = 0;
  let components = 0;
  for (let root = 0; root < states; root++) {
    if (index[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const s = path.at(-1)!;
      if (index[s] === -1) {
        index[s] = visited;
        low[s] = visited++;
        open.push(s);
      }
      if (nextEdge[s]! < first[s + 1]!) {
        const t = to[nextEdge[s]!++]!;
        if (index[t] === -1) path.push(t);
        else if (component[t] === -1) low[s] = Math.min(low[s]!, index[t]!);
        continue;
      }
      path.pop();
      if (low[s] === index[s]) {
        for (let t = -1; t !== s; ) {
          t = open.pop()!;
          component[t] = components;
        }
        components++;
      }
      if (path.length > 0) low[path.at(-1)!] = Math.min(low[path.at(-1)!]!, low[s]!);
    }
  }
  return component;
}

/** The shortest walk from a state back to it that has all flags, within its component. */
function closedWalk(
  graph: Graph,
  parts: Int32Array,
  {
    start,
    needed,
    flagsOf,
  }: {
    readonly start: number;
    readonly needed: number;
    readonly flagsOf: (from: number, via: number) => number;
  },
): number[] | null {
  // Places of the search: a state and the flags that the walk has had, as one number.
  const places = [start * (ALL + 1)];
  const cameFrom = new Map<number, { readonly place: number; readonly via: number }>();
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    const state = Math.floor(place / (ALL + 1));
    for (let e = graph.first[state]!; e < graph.first[state + 1]!; e++) {
      const to = graph.to[e]!;
      if (parts[to] !== parts[start]) continue;
      const via = graph.via[e]!;
      const next = to * (ALL + 1) + ((place % (ALL + 1)) | flagsOf(state, via));
      if (next === places[0] || cameFrom.has(next)) continue;
      cameFrom.set(next, { place, via });
      const isBack = to === start && (next & needed) === needed;
      if (isBack) return walkBack(cameFrom, next, places[0]!);
      places.push(next);
    }
  }
  return null;
}

function walkBack(
  cameFrom: ReadonlyMap<number, { readonly place: number; readonly via: number }>,
  goal: number,
  begin: number,
): number[] {
  const vias: number[] = [];
  for (let at = goal; at !== begin; ) {
    const step = cameFrom.get(at)!;
    vias.push(step.via);
    at = step.place;
  }
  return vias.reverse();
}
