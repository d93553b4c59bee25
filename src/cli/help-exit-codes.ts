/** The exit codes in the help of each command: the codes that it has, and what they mean. */

/** The meaning of each code; a code that is omitted does not occur. */
interface Meanings {
  readonly done?: string;
  readonly failed?: string;
  readonly usage?: string;
  readonly io?: string;
  readonly limit?: string;
  /** Whether signals are caught, so that the results so far are written. */
  readonly signals?: true;
}

const MEANINGS = {
  /** The codes of all commands together. */
  root: {
    failed:
      'a --fail-on expression or a check failed, a fault of the simulated kernel ended a run, a search found what it looked for, or a schedule does not fit',
    limit: 'a limit was reached before there was an answer, or runs are missing',
    signals: true,
  },
  run: {
    failed: 'a --fail-on expression held, or a fault of the simulated kernel ended the run',
    limit: 'a limit or a livelock ended the run: the result is partial',
    signals: true,
  },
  compare: {
    failed:
      'a --fail-on expression held, a fault of the simulated kernel ended a run, or with --exit-code: a difference is significant',
    limit: 'a limit or a livelock ended a run; with --exit-code also: too few seeds to judge',
    signals: true,
  },
  sweep: {
    failed: 'a fault of the simulated kernel ended a run',
    limit: 'a limit or a livelock ended a run',
    signals: true,
  },
  merge: {
    usage: 'wrong usage, or files that do not belong together',
    limit: 'runs are missing',
  },
  explore: {
    done: 'without --find: every order was tried; with --find: proven impossible',
    failed: 'what --find asks for is possible',
    usage: 'wrong usage or an invalid scenario; nothing was searched',
    limit: 'a bound ended the search before an answer',
    signals: true,
  },
  census: {
    done: 'every order was tried: there are no other texts',
    usage: 'wrong usage or an invalid scenario; nothing was searched',
    limit: 'a bound ended the search: there may be other texts',
    signals: true,
  },
  replay: {
    done: 'the schedule fits',
    failed:
      'the schedule does not fit; a message says at which step and why. Of a recorded run: also if the run had this code',
    usage: 'wrong usage or an invalid scenario',
    limit: 'the recorded run had ended at a limit',
  },
  step: {},
  report: { usage: 'wrong usage, or an input that is not a result of mapsim' },
  playground: {
    done: 'written',
    usage: 'wrong usage, an invalid scenario, or a scenario that a page cannot contain',
  },
  timeline: { limit: 'there is no such pass', signals: true },
  validate: {
    done: 'every scenario is valid',
    usage: 'wrong usage, or an invalid scenario',
  },
  validateModel: {
    done: 'every claim that is expected to agree agrees',
    failed: 'a claim that is expected to agree does not agree',
    usage: 'wrong usage',
    io: 'output failed',
    signals: true,
  },
  measure: {
    failed: `a --fail-on expression held, or the model and this kernel disagree on a state`,
    usage: 'wrong usage, an invalid scenario, or a scenario that cannot be measured',
    io: 'no Linux, no compiler, no permission, no memory; input or output failed',
    limit: 'other processes took too much CPU time: too few bursts were kept',
    signals: true,
  },
  calibrate: {
    usage: 'wrong usage',
    io: 'no Linux, no compiler, no permission; output failed',
  },
  /** The codes of commands that only print lists. */
  list: { usage: 'wrong usage', io: 'output failed' },
  final: {
    limit: '--max-events was reached; the text is the address space at that point',
  },
  import: {
    done: 'written',
    usage: 'wrong usage, no maps text, or a text that a scenario cannot start with',
  },
  capture: {
    done: 'written',
    failed: "--repeat found a text that breaks the kernel's guarantees",
    usage: 'wrong usage',
    io: 'the process cannot be read, or output failed',
  },
  check: {
    done: 'no fault was found',
    failed: 'a fault was found, or there was no text to check',
    usage: 'wrong usage',
  },
} satisfies Record<string, Meanings>;

/** As the help of a command ends: made when it is asked for. */
export function exitCodes(of: keyof typeof MEANINGS): string {
  const meanings: Meanings = MEANINGS[of];
  const { done = 'done (also if the reader of the output closed the pipe: | head)' } = meanings;
  const { usage = 'wrong usage or an invalid scenario; nothing was simulated' } = meanings;
  const rows = [
    ['0', done],
    ['1', meanings.failed],
    ['2', usage],
    ['3', meanings.io ?? 'input or output failed'],
    ['4', meanings.limit],
    ['70', 'a bug in mapsim, with the command that repeats it'],
  ].filter((row): row is [string, string] => row[1] !== undefined);
  const lines = rows.map(([code, meaning]) => {
    return `  ${code.padEnd(4)}${meaning.replaceAll('\n', `\n${' '.repeat(6)}`)}\n`;
  });
  const signals = '  130, 143  ended by SIGINT, SIGTERM, after writing the results so far\n';
  return `Exit codes:\n${lines.join('')}${meanings.signals ? signals : ''}`;
}
