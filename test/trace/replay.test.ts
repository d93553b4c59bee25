import { describe, expect, test } from 'vitest';
import { compareVmas } from '../../src/check/compare.ts';
import { STRATEGIES } from '../../src/readers/index.ts';
import { finalLayout } from '../../src/run/final.ts';
import type { OperationRecord } from '../../src/world/outcome.ts';
import { capture, linesOf } from '../check/support.ts';
import { aRun, aScenario, type RunOptions } from '../support/run.ts';

const READY = '1795355396.667718436';

function nodeChurn(more: string): string {
  return `
vmas: [{from: captures/node-churn.start.maps}]
writers:
  - name: node
    trace: captures/node-churn.strace
    until: "${READY}"
    ${more}
`;
}

function finalText(yaml: string): string {
  const { text } = finalLayout(aScenario(yaml), { maxEvents: 10_000_000 });
  return Buffer.from(text).toString('latin1');
}

describe('the calls of a real process, replayed to an instant', () => {
  const ready = capture('node-churn.ready.maps');
  const filesFrom = 'filesFrom: [captures/node-churn.ready.maps]';

  test.each(['all', 'none'])(
    'give the text of that instant, line by line (touched: %s)',
    (touched) => {
      expect(finalText(nodeChurn(`touched: ${touched}\n    ${filesFrom}`))).toBe(ready);
    },
  );

  test('give it at any speed', () => {
    expect(finalText(nodeChurn(`speed: 1000\n    ${filesFrom}`))).toBe(ready);
    expect(finalText(nodeChurn(`speed: max\n    ${filesFrom}`))).toBe(ready);
  });

  test('differ only in device and inode where no text tells these', () => {
    const [here, there] = [linesOf(finalText(nodeChurn(''))), linesOf(ready)];
    expect(compareVmas(here, there, { ignoreDevice: true })).toEqual([]);
    const fields = compareVmas(here, there).map((d) => (d.kind === 'differs' ? d.fields : d.kind));
    expect(fields).toHaveLength(30);
    expect(new Set(fields.flat())).toEqual(new Set(['device']));
  });
});

describe('a trace under readers', () => {
  const scenario = aScenario(`
duration: 2ms
vmas: [{from: captures/node-churn.start.maps}]
readers: [{name: r, passes: 100000}]
writers: [{name: node, trace: captures/node-churn.strace, speed: 1000}]
`);
  const names = STRATEGIES.map(({ name }) => name.replace(/N$/, '3'));

  /** What each writer did, in its own order. */
  function course(strategy?: string) {
    const log = new Map<string, string[]>();
    const onOperation = ({ writer, operation, arguments: args, errno }: OperationRecord) => {
      const own = log.get(writer) ?? [];
      log.set(writer, own);
      own.push(`${operation} ${JSON.stringify(args)} ${errno}`);
    };
    const readers = strategy === undefined ? [] : scenario.readers;
    const options = {
      passes: 'none',
      onOperation,
      ...(strategy === undefined ? {} : { strategy }),
    };
    const outcome = aRun({ ...scenario, readers }, options as RunOptions);
    return { outcome, log };
  }
  const alone = course();

  test.each(names)('runs deterministically, and makes the same calls, under %s', (strategy) => {
    const one = course(strategy);
    expect(one.outcome.ended).toBe('duration');
    expect(one.outcome.totals.passesStarted).toBeGreaterThan(0);
    expect(one.log.size).toBeGreaterThan(0);
    for (const [writer, own] of one.log) {
      expect(own).toEqual(alone.log.get(writer)!.slice(0, own.length));
    }
    expect(course(strategy)).toEqual(one);
  });

  test('has a writer for each thread, with its own calls in its own order', () => {
    const log: OperationRecord[] = [];
    const run = aScenario(nodeChurn('speed: max'));
    aRun(run, { onOperation: (operation) => log.push(operation) });
    const threads = [4659, 4668, 4669, 4670, 4671, 4672, 4704];
    expect([...new Set(log.map(({ writer }) => writer))].sort()).toEqual(
      threads.map((thread) => `node/${thread}`),
    );
    const first = log.find(({ writer }) => writer === 'node/4668')!;
    expect(first).toMatchObject({
      index: 0,
      operation: 'mmap',
      arguments: { at: '0x7f2846600000', pages: 32768, perms: '---p' },
      errno: null,
    });
  });

  test('makes each call at its own time, not before', () => {
    const log: OperationRecord[] = [];
    const run = aScenario(nodeChurn('speed: 10'));
    aRun(run, { onOperation: (operation) => log.push(operation) });
    // brk(NULL) at …4.574612 is the first call; mmap at …4.574850 comes 238 us later.
    expect(log[0]).toMatchObject({ operation: 'brk', startNs: 0 });
    expect(log[1]).toMatchObject({ operation: 'mmap', startNs: 23_800 });
    expect(log.length).toBe(2855);
  });
});

describe('overlapping calls', () => {
  /** Threads whose calls take effect in the order of the returns: 2, 3, 1. */
  const LOG = [
    '1  1795355310.000001 mmap(0x7f0000000000, 4096, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0 <unfinished ...>',
    '2  1795355310.000002 mmap(0x7f0000000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
    '3  1795355310.000003 mprotect(0x7f0000000000, 4096, PROT_EXEC <unfinished ...>',
    '4  1795355310.000003 munmap(0x7f0000000000, 4096 <unfinished ...>',
    '3  1795355310.000004 <... mprotect resumed>) = 0',
    '1  1795355310.000009 <... mmap resumed>) = 0x7f0000000000',
  ];

  function order(costs: string, readers = ''): string[] {
    const log: OperationRecord[] = [];
    const scenario = aScenario(
      `machine: {costs: ${costs}}\n${readers}writers: [{name: w, trace: overlap.strace}]`,
      { 'overlap.strace': LOG.join('\n') },
    );
    aRun(scenario, { onOperation: (operation) => log.push(operation) });
    return log.map(({ writer, errno }) => `${writer} ${errno}`);
  }

  test('take effect in the order of their returns; one without a return never does', () => {
    expect(order('server')).toEqual(['w/2 null', 'w/3 null', 'w/1 null']);
    expect(order('zero')).toEqual(['w/2 null', 'w/3 null', 'w/1 null']);
  });

  test('do so behind readers that hold the lock, too', () => {
    const readers = 'duration: 1ms\nreaders: [{name: r, count: 3, passes: 1000}]\n';
    expect(order('server', readers)).toEqual(['w/2 null', 'w/3 null', 'w/1 null']);
  });
});

describe('calls without effect', () => {
  function errors(line: string) {
    const scenario = aScenario('writers: [{name: w, trace: one.strace}]', { 'one.strace': line });
    const outcome = aRun(scenario);
    return outcome.writers.map(({ ops, errors: found }) => ({ ops, errors: found }));
  }

  test('are operations with the errno of the log', () => {
    expect(errors('munmap(0x1001, 4096) = -1 EINVAL (Invalid argument)')).toEqual([
      { ops: 1, errors: { EINVAL: 1 } },
    ]);
    expect(
      errors('mmap(NULL, 9, PROT_READ, MAP_PRIVATE, 3, 0) = -1 ENODEV (No such device)'),
    ).toEqual([{ ops: 1, errors: { ENODEV: 1 } }]);
    expect(errors('madvise(0x1000, 4096, MADV_DONTNEED) = 0')).toEqual([{ ops: 1, errors: {} }]);
  });
});
