/**
 * Parses the beginning of lines of a strace log: the leader that strace prints (thread, time,
 * number, pointer), prefixes of other tools, and lines that are not calls.
 *
 * Source: strace 6.1 strace.c printleader, print_event_exit; count.c call_summary_pers.
 */
import { lineOfRecord, withoutColours, withoutEntities } from '../base/pasted.ts';

const WHO = /(?:\[pid +([0-9]{1,7})(?:<[^>]{0,64}>)?\] +|([0-9]{1,7})(?:<[^>]{0,64}>)? +)?/;
/** The context that --secontext adds. */
const CONTEXT = /(?:\[\w+:[\w:.,-]+\] +)?/;
const SINCE = /(?:\(\+ *[0-9.]+\) +)?/;
const DAY_TIME = new RegExp(`([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?) +${SINCE.source}`);
const SECONDS = new RegExp(`([0-9]+(?:\\.[0-9]{1,9})?) +${SINCE.source}`);
/** The number and pointer that -n and -i add; some versions pad the pointer. */
const NUMBER_AND_POINTER = /(?:\[ *[0-9]+\] +)?(?:\[ *[0-9a-f?]+\] +)?/;
const LEADER_PARTS =
  `${WHO.source}${CONTEXT.source} *(?:${DAY_TIME.source}|${SECONDS.source})?` +
  NUMBER_AND_POINTER.source;
/**
 * The leader of a line; each part is optional. Groups: thread (two forms), time of day, seconds.
 */
export const LEADER = new RegExp(`^${LEADER_PARTS}`);
/** The longest leader directly before a call. */
const LEADER_LAST = new RegExp(`(?<=^|[\\s|>:\\]\`"])${LEADER_PARTS}$`);

/** The start of a call, of its end, of an exit or of a signal. */
const BODY =
  /^(?:(?:SYS_|sys_)?[a-z_]\w*(?:@[\w.]+)?\(|\?{2,4}\(|<\.\.\. [\w?]|\+\+\+ |--- (?:SIG|stopped|Called exec|\{))/;
/** The same after a prefix that another tool has added to the line. */
const BODY_INSIDE =
  /(?<=[\s|>:\]`"])(?:[a-z_]\w*(?:@[\w.]+)?\(|<\.\.\. \w+ resumed|\+\+\+ (?:exited|killed))/;
/** A line of a mail before the first call. */
const QUOTED_PROMPT = /^(?:> ?)+(?=[#$%] )/;
/** The step number and the time that Docker prints. */
const BUILD_STEP = /^#[0-9]+ (?:[0-9]+\.[0-9]+ )?/;
/** A call with its result. */
const COMMENTED_CALL = /^#+\s+(?:\[pid +[0-9]+\] +)?[a-z_]\w*\(.*\) += +(?:\?|-?[0-9])/;

/** A longer text is no prefix, and too long for a regular expression. */
const BEFORE_MAX = 200;

const COMMENTS = 'comments';
const STRACE_ITSELF = 'messages of strace';
const COUNTS = 'tables of counts (-c, -C)';

/** Known lines that have nothing to do with memory. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/^ > |^ *> .*\[0x[0-9a-f]+\](?: [^ ]+:[0-9]+)?$/, 'lines of stack traces (-k)'],
  [
    /^(?:strace: )?\[ Process PID=[0-9]+ runs in /,
    'messages of strace about the mode of a process',
  ],
  [
    /^(?:new tcb for pid |pid [0-9]+ has TCB_|ignored SIGSTOP on |not a syscall entry |dropped tcb )/,
    STRACE_ITSELF,
  ],
  [/^(?:[A-Z][0-9]{4} [^"]*)?\[[^"\]]*\](?: [\w.-]+)? E [a-z]\w*\(/, 'starts of calls (E)'],
  [
    /^strace: |^(?:Process|\[ ?Process) [0-9]+ (?:attached|detached|suspended|resumed)|^ *<detached \.\.\.>$/,
    STRACE_ITSELF,
  ],
  [/^#(?:\s|$|[^0-9])|^;/, COMMENTS],
  [
    /^[`'"]*(?:[$%] |[\w.-]+@[\w.-]+[:~ ].*?[$#%] ?|\[[^\]]*@[^\]]*\][$#] ?|sudo |strace |ltrace )/,
    'prompts and command lines',
  ],
  [/^`{3,}\w*$|^~{3,}\w*$|^<\/?(?:pre|code|p|div)\b[^>]*>$/, 'Markdown and HTML tags'],
];

const TABLE_HEAD = /^ *(?:% time|seconds|total-time) .*\bsyscall$|^System call usage summary for /;
const TABLE_LINE = /^[ -]*-{4,}[ -]*$|^ *[0-9.]+ +[0-9.]+ .*[\w?]$|^ *[0-9.]+ +.* total$/;

interface Head {
  /** The line of strace, from its leader on. */
  readonly text: string;
  /** A prefix was cut off. */
  readonly cut: boolean;
}

/** Parses the beginning of each line of a log; the lines of a log have the same form. */
export class StraceLines {
  /** The prefix of each line; its numbers may differ. */
  #before: RegExp | null = null;
  /** A call without a # before it has been read. */
  #plain = false;
  #inTable = false;

  /** The kind of a line that is known and no call; otherwise null. */
  noise(text: string): string | null {
    const before = this.#before?.exec(text) ?? QUOTED_PROMPT.exec(text);
    const bare = text.slice(before?.[0].length ?? 0);
    if (TABLE_HEAD.test(bare)) {
      this.#inTable = true;
      return COUNTS;
    }
    if (this.#inTable && TABLE_LINE.test(bare)) return COUNTS;
    if (bare.trim() !== '') this.#inTable = false;
    for (const [form, kind] of NOISE) {
      if (!form.test(bare)) continue;
      return kind === COMMENTS && !this.#plain && COMMENTED_CALL.test(bare) ? null : kind;
    }
    return null;
  }

  /** The start of a call, of its end, of an exit or of a signal; null if there is none. */
  head(text: string): Head | null {
    const step = BUILD_STEP.exec(text)?.[0].length ?? 0;
    const rest = step === 0 ? text : text.slice(step);
    if (BODY.test(rest.slice(LEADER.exec(rest)![0].length))) {
      if (step === 0) this.#plain = true;
      return { text: rest, cut: step > 0 };
    }
    const inside = BODY_INSIDE.exec(rest);
    if (inside === null) return null;
    const before = rest.slice(0, inside.index);
    const leader = LEADER_LAST.exec(before)?.[0].trimStart() ?? '';
    const start = inside.index - leader.length;
    if (start <= BEFORE_MAX) this.#before ??= shapeOf(rest.slice(0, start));
    return { text: rest.slice(start), cut: true };
  }
}

function shapeOf(before: string): RegExp {
  const literal = before.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/[0-9]+/g, '[0-9]+')}`);
}

/** The message of strace -d for each stop, anywhere in a line. */
const DEBUG = /(?:strace: | )\[wait\(0x[0-9a-f]+\) = -?[0-9]+\] WIF[^"]*$/;

/** Results and descriptors with HTML entities, in a line that is otherwise not understood. */
const FOR_HTML = /&lt;unfinished|(?:^|[ >])&lt;\.\.\. |[ (][0-9]+&lt;[^"]*&gt;[,)]|<br ?\/?>$/;

/** The part of the line that strace wrote, and the kind of the rest. */
export function unpasted(line: string): { readonly text: string; readonly kind: string | null } {
  if (line.startsWith('{')) {
    const text = lineOfRecord(line);
    if (text !== null) return { text, kind: 'JSON records around the lines' };
  }
  if (line.includes('\u001b')) {
    return { text: withoutColours(line), kind: 'terminal colours' };
  }
  const debug = line.includes('[wait(') ? DEBUG.exec(line) : null;
  if (debug !== null) return { text: line.slice(0, debug.index), kind: STRACE_ITSELF };
  const quotes = line.includes('&quot;') && !line.includes('"');
  if (quotes || FOR_HTML.test(line)) {
    const text = withoutEntities(line.replace(/<\/?(?:br|span|p|code|pre)\b[^>]*>/g, ''));
    return { text, kind: 'HTML entities' };
  }
  return { text: line, kind: null };
}
