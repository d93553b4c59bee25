/**
 * The part of the state graph that random walks have visited: the tasks that can take a step in a
 * state, and the next state after a step without a choice and without a new event. A walk through
 * known parts takes a few look-ups per step. A graph that has become too large is dropped and
 * started again.
 */
import { grownInt32 } from '../base/grow.ts';
import { RowInterner } from '../base/row-interner.ts';
import type { SearchWorld } from './search-world.ts';
import { CANNOT, type Transitions } from './transitions.ts';

const STATES_MAX = 2 ** 18;
/** Transitions that are remembered beside the graph. */
const TRANSITIONS_MAX = 2 ** 18;

const UNKNOWN = -1;

/** Numbers of a node before its tasks: how many can go on, and the first of them to be favoured. */
const HEAD = 2;
/** For each task that can go on its number, and the state after its step or UNKNOWN. */
const BRANCH = 2;

/** Of a state: tasks from this place on are favoured, or -1. */
export type Favour = (world: SearchWorld, able: readonly number[]) => number;

export class WalkGraph {
  readonly #world: SearchWorld;
  readonly #transitions: Transitions;
  readonly #favour: Favour | null;
  readonly #states: RowInterner;
  readonly #tasks: number;
  readonly #nodeWidth: number;
  #nodes: Int32Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;

  /** @param favour null where nobody is to be favoured */
  constructor(world: SearchWorld, transitions: Transitions, favour: Favour | null) {
    const { readers, writers } = world.world;
    this.#world = world;
    this.#transitions = transitions;
    this.#favour = favour;
    this.#states = new RowInterner(world.states.width);
    this.#tasks = readers.length + writers.length;
    this.#nodeWidth = HEAD + BRANCH * this.#tasks;
    this.#nodes = new Int32Array(64 * this.#nodeWidth);
    this.#from = new Int32Array(world.states.width);
    this.#to = new Int32Array(world.states.width);
  }

  /** The node of a state. May make all other nodes void: `isFull` says so beforehand. */
  nodeOf(state: Int32Array): number {
    if (this.isFull) {
      this.#states.clear();
      this.#transitions.trim(TRANSITIONS_MAX);
    }
    const { count } = this.#states;
    const node = this.#states.idOf(state);
    if (node === count) this.#open(node);
    return node;
  }

  get isFull(): boolean {
    return this.#states.count >= STATES_MAX;
  }

  /** Tasks that can go on; 0: the world is over or stuck. */
  ableIn(node: number): number {
    return this.#nodes[node * this.#nodeWidth]!;
  }

  /** Tasks from this place on are favoured; -1: none is. */
  favouredIn(node: number): number {
    return this.#nodes[node * this.#nodeWidth + 1]!;
  }

  taskAt(node: number, place: number): number {
    return this.#nodes[node * this.#nodeWidth + HEAD + place * BRANCH]!;
  }

  /** The node after the step of the task at this place, or -1 where the step must be looked at. */
  nextAt(node: number, place: number): number {
    return this.#nodes[node * this.#nodeWidth + HEAD + place * BRANCH + 1]!;
  }

  setNext(node: number, place: number, next: number): void {
    this.#nodes[node * this.#nodeWidth + HEAD + place * BRANCH + 1] = next;
  }

  /** Nobody can go on, and not everybody has come to an end. */
  isStuck(node: number): boolean {
    return this.ableIn(node) === 0 && !this.#transitions.isOver(this.stateOf(node), 0);
  }

  /** The state of a node; overwritten by the next call. */
  stateOf(node: number): Int32Array {
    const { rows, width } = this.#states;
    for (let i = 0; i < width; i++) this.#from[i] = rows[node * width + i]!;
    return this.#from;
  }

  /** The node that a transition of this node leads to. */
  follow(node: number, transition: number): number {
    this.#transitions.follow(this.stateOf(node), 0, transition, this.#to);
    return this.nodeOf(this.#to);
  }

  /** Works out who can go on. */
  #open(node: number): void {
    const at = node * this.#nodeWidth;
    const end = at + this.#nodeWidth;
    if (end > this.#nodes.length) this.#nodes = grownInt32(this.#nodes, end);
    const transitions = this.#transitions;
    const state = this.stateOf(node);
    const able: number[] = [];
    const tasks = transitions.isOver(state, 0) ? 0 : this.#tasks;
    for (let task = 0; task < tasks; task++) {
      if (transitions.firstOf(state, 0, task) !== CANNOT) able.push(task);
    }
    this.#nodes[at] = able.length;
    this.#nodes[at + 1] = -1;
    if (this.#favour !== null && able.length > 0) {
      this.#world.restore(state, 0);
      this.#nodes[at + 1] = this.#favour(this.#world, able);
    }
    for (const [place, task] of able.entries()) {
      this.#nodes[at + HEAD + place * BRANCH] = task;
      this.setNext(node, place, UNKNOWN);
    }
  }
}
