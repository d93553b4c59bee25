/**
 * Parses the beginning of lines of a strace log: the leader that strace prints (thread, time,
 * number, pointer), prefixes of other tools, and lines that are not calls.
 *
 * Source: strace 6.1 strace.c printleader, print_event_exit; count.c call_summary_pers.
 */
import { lineOfRecord, withoutColours, withoutEntities } from '../base/pasted.ts';

const WHO = /(?:\[pid +([0-9]{1,7})(?:<[^>]{0,64}>)?\] +|([0-9]{1,7})(?:<[^>]{0,64}>)? +)?/;
/** What --secontext adds. */
const CONTEXT = /(?:\[\w+:[\w:.,-]+\] +)?/;
const SINCE = /(?:\(\+ *[0-9.]+\) +)?/;
const DAY_TIME = new RegExp(`([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?) +${SINCE.source}`);
const SECONDS = new RegExp(`([0-9]+(?:\\.[0-9]{1,9})?) +${SINCE.source}`);
/** What -n and -i add; some versions pad the pointer. */
const NUMBER_AND_POINTER = /(?:\[ *[0-9]+\] +)?(?:\[ *[0-9a-f?]+\] +)?/;
const LEADER_PARTS =
  `${WHO.source}${CONTEXT.source} *(?:${DAY_TIME.source}|${SECONDS.source})?` +
  NUMBER_AND_POINTER.source;
/** Every part may be missing. Groups: thread (two ways), time of day, seconds. */
export const LEADER = new RegExp(`^${LEADER_PARTS}`);
/** The longest one at the end of what stands before a call. */
const LEADER_LAST = new RegExp(`(?<=^|[\\s|>:\\]\`"])${LEADER_PARTS}$`);

/** Where a call, its end, an exit or a signal begins. */
const BODY =
  /^(?:(?:SYS_|sys_)?[a-z_]\w*(?:@[\w.]+)?\(|\?{2,4}\(|<\.\.\. [\w?]|\+\+\+ |--- (?:SIG|stopped|Called exec|\{))/;
/** The same behind what something else has put before the line. */
const BODY_INSIDE =
  /(?<=[\s|>:\]`"])(?:[a-z_]\w*(?:@[\w.]+)?\(|<\.\.\. \w+ resumed|\+\+\+ (?:exited|killed))/;
/** Of a mail, before any call of it was seen. */
const QUOTED_PROMPT = /^(?:> ?)+(?=[#$%] )/;
/** Docker's number of the step and its clock. */
const BUILD_STEP = /^#[0-9]+ (?:[0-9]+\.[0-9]+ )?/;
/** A whole call. */
const COMMENTED_CALL = /^#+\s+(?:\[pid +[0-9]+\] +)?[a-z_]\w*\(.*\) += +(?:\?|-?[0-9])/;

/** More than that is no prefix, and more than a regular expression can hold. */
const BEFORE_MAX = 200;

const COMMENTS = 'comments';
const STRACE_ITSELF = 'words of strace itself';
const COUNTS = 'tables of counts (-c, -C)';

/** Lines that are known and say nothing about memory. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/^ > |^ *> .*\[0x[0-9a-f]+\](?: [^ ]+:[0-9]+)?$/, 'lines of stack traces (-k)'],
  [/^(?:strace: )?\[ Process PID=[0-9]+ runs in /, 'notes of strace about the mode of a process'],
  [
    /^(?:new tcb for pid |pid [0-9]+ has TCB_|ignored SIGSTOP on |not a syscall entry |dropped tcb )/,
    STRACE_ITSELF,
  ],
  [/^(?:[A-Z][0-9]{4} [^"]*)?\[[^"\]]*\](?: [\w.-]+)? E [a-z]\w*\(/, 'beginnings of calls (E)'],
  [
    /^strace: |^(?:Process|\[ ?Process) [0-9]+ (?:attached|detached|suspended|resumed)|^ *<detached \.\.\.>$/,
    STRACE_ITSELF,
  ],
  [/^#(?:\s|$|[^0-9])|^;/, COMMENTS],
  [
    /^[`'"]*(?:[$%] |[\w.-]+@[\w.-]+[:~ ].*?[$#%] ?|\[[^\]]*@[^\]]*\][$#] ?|sudo |strace |ltrace )/,
    'prompts and command lines',
  ],
  [/^`{3,}\w*$|^~{3,}\w*$|^<\/?(?:pre|code|p|div)\b[^>]*>$/, 'marks of Markdown and HTML'],
];

const TABLE_HEAD = /^ *(?:% time|seconds|total-time) .*\bsyscall$|^System call usage summary for /;
const TABLE_LINE = /^[ -]*-{4,}[ -]*$|^ *[0-9.]+ +[0-9.]+ .*[\w?]$|^ *[0-9.]+ +.* total$/;

interface Head {
  /** What strace wrote, from its leader on. */
  readonly text: string;
  /** Something stood before it. */
  readonly cut: boolean;
}

/** Reads the heads of one log's lines, which are alike. */
export class StraceLines {
  /** What stands before each line, with other numbers in it. */
  #before: RegExp | null = null;
  /** A call without a # before it has come. */
  #plain = false;
  #inTable = false;

  /** The kind of line, where it is one of those that are known to be no calls. */
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

  /** Where a call, its end, an exit or a signal begins; null where there is none of them. */
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

/** What strace -d says of each stop, wherever it is in a line. */
const DEBUG = /(?:strace: | )\[wait\(0x[0-9a-f]+\) = -?[0-9]+\] WIF[^"]*$/;

/** Ends and descriptors as they are written for HTML, in a line that nothing else explains. */
const FOR_HTML = /&lt;unfinished|(?:^|[ >])&lt;\.\.\. |[ (][0-9]+&lt;[^"]*&gt;[,)]|<br ?\/?>$/;

/** What of the line strace wrote, and of what kind the rest was. */
export function unpasted(line: string): { readonly text: string; readonly kind: string | null } {
  if (line.startsWith('{')) {
    const text = lineOfRecord(line);
    if (text !== null) return { text, kind: 'records of JSON around the lines' };
  }
  if (line.includes('\u001b')) {
    return { text: withoutColours(line), kind: 'colours of a terminal' };
  }
  const debug = line.includes('[wait(') ? DEBUG.exec(line) : null;
  if (debug !== null) return { text: line.slice(0, debug.index), kind: STRACE_ITSELF };
  const quotes = line.includes('&quot;') && !line.includes('"');
  if (quotes || FOR_HTML.test(line)) {
    const text = withoutEntities(line.replace(/<\/?(?:br|span|p|code|pre)\b[^>]*>/g, ''));
    return { text, kind: 'characters written for HTML' };
  }
  return { text: line, kind: null };
}
