/** What a worker thread does that has a share of a search: it answers for its shard. */
import type { MessagePort } from 'node:worker_threads';
import type { Scenario } from '../scenario/scenario.ts';
import { type SearchRequest, shardOf } from '../search/search.ts';
import type { Expansion, Parcel, Shard } from '../search/shard.ts';

/** What it is asked, one thing at a time; `begin` makes a new shard. Plain data. */
export type ShardCall =
  | { readonly call: 'begin'; readonly preemptions: number }
  | { readonly call: 'merge'; readonly parcels: readonly Parcel[] }
  | { readonly call: 'expand'; readonly numbers: Int32Array<ArrayBuffer> }
  | { readonly call: 'standings' };

/** What the shard has for it. */
export type ShardAnswer =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'crash'; readonly message: string; readonly stack?: string };

type Numbers = Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

interface Reply {
  readonly answer: unknown;
  /** Those in it whose memory is handed over, not copied. */
  readonly arrays: readonly Numbers[];
}

/** @param place the number of the shard, and how many there are */
export function serveShard(
  port: MessagePort,
  scenario: Scenario,
  request: SearchRequest,
  place: { readonly index: number; readonly shards: number },
): void {
  let shard: Shard | null = null;
  const reply = (call: ShardCall): Reply => {
    if (call.call !== 'begin') return replyOf(shard!, call);
    shard = shardOf(scenario, request, { ...place, preemptions: call.preemptions });
    return { answer: null, arrays: [] };
  };
  const post = (answer: ShardAnswer, arrays: readonly Numbers[]): void =>
    port.postMessage(answer, buffersOf(arrays));
  port.on('message', (call: ShardCall) => {
    try {
      const { answer, arrays } = reply(call);
      post({ kind: 'answer', answer }, arrays);
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      post({ kind: 'crash', message, ...(stack === undefined ? {} : { stack }) }, []);
    }
  });
}

function replyOf(shard: Shard, call: Exclude<ShardCall, { call: 'begin' }>): Reply {
  switch (call.call) {
    case 'merge': {
      const answer = shard.merge(call.parcels);
      return { answer, arrays: answer };
    }
    case 'expand': {
      const answer = shard.expand(call.numbers);
      return { answer, arrays: arraysOf(answer) };
    }
    case 'standings': {
      const answer = shard.standings();
      return { answer, arrays: [answer] };
    }
  }
}

/** Not those of its events, which are remembered. */
function arraysOf({ counts, transitions, parcels }: Expansion): Numbers[] {
  return [counts, transitions, ...parcels.flatMap(({ names, states }) => [names, states])];
}

/** Empty ones may be in a message more than once. */
export function buffersOf(arrays: readonly Numbers[]): ArrayBuffer[] {
  return arrays.filter((array) => array.length > 0).map((array) => array.buffer);
}
