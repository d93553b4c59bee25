/** What steps are called: functions of the kernel, or in parentheses what is ours. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { interleaving } from '../../src/report/interleaving.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { replaySchedule } from '../../src/search/replay.ts';
import { plainWorld } from '../../src/search/search.ts';
import { parseSchedule, type Schedule } from '../../src/sim/schedule.ts';
import { DONE, named, stepName } from '../../src/sim/step.ts';
import { ALL_STRATEGIES, aScenario } from '../support/run.ts';
import { aRequest } from '../support/search.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/explore/', import.meta.url));
const yamlOf = (world: string): string =>
  readFileSync(`${FOLDER}${world}.yaml`, 'utf8').replace('mapsim: 1\n', '');

/** Its tasks take turns of so many steps, until its readers are done. */
function turns(scenario: Scenario, strategy: string, turn: number) {
  const tried = plainWorld(scenario, aRequest(strategy));
  const taken: Schedule[number][] = [];
  const names: string[] = [];
  for (let i = 0; i < 300 && !tried.isOver(); i++) {
    const able = tried.tasks.filter(({ id }) => tried.canRun(id));
    const { id } = able[Math.floor(i / turn) % able.length]!;
    names.push(tried.nameOf(id));
    taken.push(tried.runItem({ task: id, choices: [] }));
  }
  return { schedule: taken, names };
}

const WORLDS = ['names', 'heap-gone', 'never-rests-unfair'].map((name) => aScenario(yamlOf(name)));

test('steps that are no function of the kernel stand in parentheses, and are these', () => {
  const ours = new Set<string>();
  const kernels = new Set<string>();
  for (const strategy of ALL_STRATEGIES) {
    for (const world of WORLDS) {
      for (const name of turns(world, strategy, 3).names) {
        (name.startsWith('(') ? ours : kernels).add(name);
      }
    }
  }

  expect([...ours].sort()).toEqual([
    '(call_return)',
    '(ioctl_return)',
    '(locked)',
    '(next_call)',
    '(next_operation)',
    '(next_pass)',
    '(operation_done)',
    '(page_tables)',
    '(read_names)',
    '(read_return)',
    '(redo_page)',
    '(text_complete)',
    '(waited)',
  ]);
  for (const name of kernels) expect(name).toMatch(/^[a-z_]+[a-z](#[1-9])?$/);
  const numbered = [...kernels].filter((name) => name.includes('#'));
  for (const name of numbered) expect(kernels).toContain(name.replace(/#.*/, '#1'));
});

describe('an interleaving', () => {
  const { schedule } = turns(WORLDS[0]!, 'vma-lock', 9);
  const world = plainWorld(WORLDS[0]!, aRequest('vma-lock'));
  const { course } = replaySchedule(world, schedule);
  const { steps } = course;
  const namesOf = (task: number) => steps.filter((s) => s.task === task).map((s) => s.name);

  test('the reader under per-VMA locks goes through the functions of 6.18 in their order', () => {
    const from = namesOf(0).indexOf('m_next');
    expect(namesOf(0).slice(from, from + 7)).toEqual([
      'm_next',
      'vma_end_read',
      'mmap_lock_speculate_try_begin',
      'vma_next',
      'vma_start_read#1',
      'vma_start_read#2',
      'vma_start_read#3',
    ]);
  });

  test('a writer that keeps readers out adds VMA_LOCK_OFFSET, as 6.18 names it', () => {
    const effects = steps.flatMap((step) => step.effects);
    expect(effects.filter((text) => text.includes('vm_refcnt'))).toContainEqual(
      expect.stringMatching(/vm_refcnt [0-9]+ -> VMA_LOCK_OFFSET\+[0-9]+/),
    );
  });

  test('steps of the kernel are calls, ours are words', () => {
    const tasks = [
      { name: 'reader', kind: 'reader' },
      { name: 'writer', kind: 'writer' },
    ] as const;
    const text = interleaving(course, tasks, 110);

    expect(text).toContain('vma_next()  finds vma');
    expect(text).toContain('(next call)  prctl(');
    expect(text).not.toMatch(/\(next call\)\(/);
  });
});

test('a merge stores the whole merged range, as commit_merge does', () => {
  const scenario = aScenario(yamlOf('merged-tail'));
  const schedule = parseSchedule('1:1x13') as Schedule;
  const { steps } = replaySchedule(plainWorld(scenario, aRequest('mmap-lock')), schedule).course;

  const stores = steps.filter(({ name }) => name === 'vma_iter_store_overwrite');
  expect(stores.map(({ effects }) => effects)).toEqual([
    ['tree 7f0000000000-7f0000002000: vma 7f0000000000-7f0000002000'],
  ]);
});

describe('a call goes through the functions that 6.18 has for it', () => {
  const SPACE = `
vmas:
  - "10000000-10002000 rw-p 00000000 00:00 0  [heap]"
  - {start: "0x20000000", pages: 3, perms: rw-p, tag: t, touched: true}
  - "7ffe00000000-7ffe00002000 rw-p 00000000 00:00 0  [stack]"
`;
  const namesOf = (operation: string): readonly string[] => {
    const world = aScenario(`${SPACE}writers: [{name: w, ops: 1, program: [{${operation}}]}]\n`);
    return turns(world, 'mmap-lock', 1).names;
  };

  test.each([
    ['mprotect: {vma: {tag: t}, page: 1, pages: 1, perms: r--p}', 'vma_find', '__split_vma#1'],
    ['mprotect: {vma: {tag: t}, page: 1, pages: 1, perms: r--p}', '__split_vma#2'],
    ['mprotect: {vma: {tag: t}, perms: r--p}', 'vm_flags_reset_once'],
    ['munmap: {vma: {tag: t}}', 'vma_find', 'vma_mark_detached#1', 'vma_iter_clear_gfp'],
    ['mmap: {pages: 1, perms: r--p}', 'vm_area_alloc', 'vma_iter_store_overwrite'],
    ['mremap: {vma: {tag: t}, to: "0x30000000", mayMove: true}', 'vma_lookup', 'vm_area_dup'],
    ['mremap: {vma: {tag: t}, to: "0x30000000", mayMove: true}', 'vm_flags_clear'],
    ['name: {vma: {tag: t}, name: x}', 'find_vma_prev', 'replace_anon_vma_name'],
    ['brk: {pages: 1}', 'vma_set_range#1', 'sys_brk'],
    ['growStack: {pages: 1}', 'find_vma', 'expand_downwards#1', 'vma_iter_store_overwrite'],
    ['fork: {}', 'vma_next', 'vma_start_write'],
  ])('%s: %s, %s', (operation, ...functions) => {
    expect(namesOf(operation)).toEqual(expect.arrayContaining(functions));
  });
});

test('a step says of its task which of two things it is about to do', () => {
  const either = named((task: { locked: boolean }) => (task.locked ? 'up_write' : 'schedule'), one);
  function one(): never {
    throw new Error('is not taken');
  }

  const task = (locked: boolean) => ({ step: either, locked });
  expect([stepName(task(true)), stepName(task(false))]).toEqual(['up_write', 'schedule']);
});

test("a bundler's number at the end of a function's name is left out", () => {
  const step = (name: string) => Object.defineProperty(() => DONE, 'name', { value: name });
  expect(stepName({ step: step('readReturn$1') })).toBe('(read_return)');
});
