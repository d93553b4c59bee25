/** The exit codes as the help of each command tells them: those that it has, and what they mean. */

/** Left out: the command does not have that code. */
interface Meanings {
  readonly done?: string;
  readonly failed?: string;
  readonly usage?: string;
  readonly io?: string;
  readonly limit?: string;
  /** Whether a signal is caught, so that what there is gets written. */
  readonly signals?: true;
}

function exitCodes(meanings: Meanings): string {
  const { done = 'done (also when the reader of the output has gone: | head)' } = meanings;
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
  const signals = '  130, 143  ended by SIGINT, SIGTERM, after writing what there was\n';
  return `Exit codes:\n${lines.join('')}${meanings.signals ? signals : ''}`;
}

export const EXIT_CODES = {
  /** Of all commands together. */
  root: exitCodes({
    failed: `a --fail-on expression or a check failed, a fault of the simulated kernel ended
a run, a search found what it looked for, or a schedule does not fit`,
    limit: 'a limit was reached before there was an answer, or something is missing',
    signals: true,
  }),
  run: exitCodes({
    failed: 'a --fail-on expression held, or a fault of the simulated kernel ended the run',
    limit: 'a limit or a livelock ended the run: the result is partial',
    signals: true,
  }),
  compare: exitCodes({
    failed: `a --fail-on expression held, a fault of the simulated kernel ended a run,
or with --exit-code: a difference is shown`,
    limit: 'a limit or a livelock ended a run; with --exit-code also: too few seeds to judge',
    signals: true,
  }),
  sweep: exitCodes({
    failed: 'a fault of the simulated kernel ended a run',
    limit: 'a limit or a livelock ended a run',
    signals: true,
  }),
  merge: exitCodes({
    usage: 'wrong usage, or files that do not belong together',
    limit: 'runs are missing',
  }),
  explore: exitCodes({
    done: 'proven: without --find everything was tried; with it, it is impossible',
    failed: '--find is possible',
    usage: 'wrong usage or an invalid scenario; nothing was searched',
    limit: 'a bound ended the search before an answer',
    signals: true,
  }),
  census: exitCodes({
    done: 'everything was tried: there are no other texts',
    usage: 'wrong usage or an invalid scenario; nothing was searched',
    limit: 'a bound ended the search: there may be other texts',
    signals: true,
  }),
  replay: exitCodes({
    done: 'the schedule fits',
    failed:
      'it does not fit; a message says at which step and why. Of a recorded run: also as the run',
    usage: 'wrong usage or an invalid scenario',
    limit: 'of a recorded run: it had ended at a limit',
  }),
  step: exitCodes({}),
  report: exitCodes({ usage: 'wrong usage, or an input that is no result of mapsim' }),
  playground: exitCodes({
    done: 'written',
    usage: 'wrong usage, an invalid scenario, or one that a page cannot hold',
  }),
  timeline: exitCodes({ limit: 'there is no such pass', signals: true }),
  validate: exitCodes({
    done: 'every scenario makes sense',
    usage: 'wrong usage, or an invalid scenario',
  }),
  validateModel: exitCodes({
    done: 'what is expected to agree does',
    failed: 'something that is expected to agree does not',
    usage: 'wrong usage',
    io: 'output failed',
    signals: true,
  }),
  measure: exitCodes({
    failed: `a --fail-on expression held, or the model and this kernel disagree on a state`,
    usage: 'wrong usage, an invalid scenario, or one that cannot be measured',
    io: 'no Linux, no compiler, no permission, no room; input or output failed',
    limit: 'other processes took too much: fewer bursts were kept than asked for',
    signals: true,
  }),
  calibrate: exitCodes({
    usage: 'wrong usage',
    io: 'no Linux, no compiler, no permission; output failed',
  }),
  /** Of commands that print what the program knows. */
  list: exitCodes({ usage: 'wrong usage', io: 'output failed' }),
  final: exitCodes({ limit: '--max-events was reached: this is what stood then' }),
  import: exitCodes({
    done: 'written',
    usage: 'wrong usage, no text of maps, or a text that no scenario can begin with',
  }),
  capture: exitCodes({
    done: 'written',
    failed: '--repeat found a text that the kernel promises not to print',
    usage: 'wrong usage',
    io: 'the process cannot be read, or output failed',
  }),
  check: exitCodes({
    done: 'nothing found',
    failed: 'something was found, or there was nothing to check',
    usage: 'wrong usage',
  }),
};
