/** From a search that has begun to its end, with others who share it. */
import type { Explorer } from './explore.ts';
import type { Search } from './search.ts';
import type { Expansion, Parcel } from './shard.ts';
import { ShardedSearch } from './sharded-search.ts';

/** The shards of a search, wherever they are. Lists are by shard. */
export interface Crew {
  readonly size: number;
  /** New shards for a search with this limit on preemptions, Infinity: none. */
  begin(preemptions: number): Promise<void>;
  /** @param parcels for each shard those that it is given, by sender */
  merge(parcels: readonly (readonly Parcel[])[]): Promise<(readonly Int32Array[])[]>;
  expand(numbers: readonly Int32Array<ArrayBuffer>[]): Promise<Expansion[]>;
  standings(): Promise<Uint8Array[]>;
}

/**
 * Ends the search. Its result is the one that it would have come to alone, wherever it stood.
 * @param search portable @param stop asked after each level; true interrupts it
 */
export async function leadSearch(search: Search, crew: Crew, stop: () => boolean): Promise<void> {
  do {
    const { explorer } = search;
    if (explorer.finishLevel()) continue;
    await crew.begin(search.round);
    if (!(await leadRound(explorer, crew, stop))) {
      search.interrupt();
      return;
    }
  } while (search.nextRound());
}

/** False: it was interrupted. */
async function leadRound(explorer: Explorer, crew: Crew, stop: () => boolean): Promise<boolean> {
  const shared = new ShardedSearch(explorer, crew.size);
  await crew.merge(shared.handOver().map((parcel) => fromLeader(parcel, crew.size)));
  let over = false;
  while (!over && !stop()) {
    const level = shared.nextLevel();
    over = level === null || (await leadLevel(shared, crew, level));
  }
  if (explorer.keepsEdges) shared.takeStandings(await crew.standings());
  return over;
}

/** True when there is nothing left to do. */
async function leadLevel(
  shared: ShardedSearch,
  crew: Crew,
  level: readonly Int32Array<ArrayBuffer>[],
): Promise<boolean> {
  const expansions = await crew.expand(level);
  const parcels = level.map((_, to) => expansions.map((expansion) => expansion.parcels[to]!));
  return shared.takeLevel(expansions, await crew.merge(parcels));
}

const NOTHING: Parcel = { names: new Int32Array(0), states: new Int32Array(0) };

/** The leader comes after all shards. */
function fromLeader(parcel: Parcel, shards: number): Parcel[] {
  return [...new Array<Parcel>(shards).fill(NOTHING), parcel];
}
