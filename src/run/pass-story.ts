/** Records one pass while a run is traced: its committed states and its lines. */
import { latin1Lines } from '../base/latin1.ts';
import type { Reader } from '../proc/reader.ts';
import { committedText } from '../world/final.ts';
import type { Outcome } from '../world/outcome.ts';
import type { PassStory, StoryState } from '../world/run-trace.ts';
import type { World } from '../world/world.ts';

/** Lines of states that a story keeps, all together. */
const STATE_LINES_MAX = 2 ** 22;
const GATE = '[vsyscall]';

/** By line of the pass: when it was printed, and in which state it was read. */
interface LineTimes {
  readonly lineNs: readonly number[];
  readonly lineState: readonly number[];
}

export class StoryKeeper {
  readonly #world: World;
  readonly #asked: { readonly reader: string; readonly index: number };
  /** The reader's task. */
  readonly task: number;
  readonly #texts = new Map<string, number>();
  readonly #states: StoryState[] = [];
  #stateLines = 0;
  #statesCut = false;
  #beganNs = 0;
  #doneNs = 0;
  #lines: Omit<PassStory['lines'][number], 'text'>[] = [];
  #endPage = 0;
  /** Between the first m_start and the last m_stop. */
  telling = false;
  done = false;

  constructor(world: World, asked: { readonly reader: string; readonly index: number }) {
    this.#world = world;
    this.#asked = asked;
    this.task = world.readers.findIndex(({ name }) => name === asked.reader);
  }

  passBegins(r: Reader): void {
    if (!this.#isIt(r)) return;
    this.telling = true;
    this.#beganNs = this.#world.kernel.nowNs;
    this.noteState(null, this.#beganNs);
  }

  passEnds(r: Reader): void {
    if (this.#isIt(r)) this.done = true;
  }

  /** A committed state is in force. */
  noteState(by: StoryState['by'], atNs: number): void {
    if (this.#statesCut) return;
    const lines = latin1Lines(committedText(this.#world));
    this.#stateLines += lines.length;
    if (this.#stateLines > STATE_LINES_MAX && this.#states.length > 0) {
      this.#statesCut = true;
      return;
    }
    // PROCMAP_QUERY never returns the gate VMA.
    const query = this.#world.readers[this.task]!.strategy.medium === 'query';
    if (query && lines.at(-1)?.includes(GATE)) lines.pop();
    const number = Math.floor(this.#world.kernel.mm.mmLockSeq.value / 2);
    this.#states.push({ number, atNs, by, lines: lines.map((line) => this.#idOf(line)) });
  }

  textComplete(r: Reader, { lineNs, lineState }: LineTimes): void {
    if (!this.telling || !this.#isIt(r)) return;
    this.telling = false;
    this.#doneNs = this.#world.kernel.nowNs;
    this.#endPage = r.endPage;
    this.#lines = lineNs.slice(0, r.lineCount).map((atNs, line) => ({
      atNs,
      readIn: lineState[line]!,
      page: r.linePages[line]!,
    }));
  }

  /** @param times of the reader, where its pass is not over */
  story(outcome: Outcome, times: LineTimes): PassStory | null {
    const { reader, index } = this.#asked;
    const pass = outcome.passes.find((each) => each.reader === reader && each.index === index);
    if (pass === undefined || this.#states.length === 0) return null;
    if (this.telling) this.textComplete(this.#world.readers[this.task]!, times);
    // The gate line is made with the end of the list.
    const last = this.#lines.at(-1);
    const end = {
      atNs: last?.atNs ?? this.#doneNs,
      readIn: last?.readIn ?? this.#states[0]!.number,
      page: this.#endPage,
    };
    const lines = latin1Lines(pass.text).map((line, i) => ({
      ...(this.#lines[i] ?? end),
      text: this.#idOf(line),
    }));
    return {
      task: this.task,
      pass,
      beganNs: this.#beganNs,
      doneNs: this.#doneNs,
      texts: [...this.#texts.keys()],
      states: this.#states,
      statesCut: this.#statesCut,
      lines,
      endPage: this.#endPage,
    };
  }

  #isIt(r: Reader): boolean {
    return r.id === this.task && r.passIndex === this.#asked.index;
  }

  #idOf(line: string): number {
    let id = this.#texts.get(line);
    if (id === undefined) {
      id = this.#texts.size;
      this.#texts.set(line, id);
    }
    return id;
  }
}
