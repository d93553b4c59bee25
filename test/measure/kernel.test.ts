/** What a kernel's configuration says of it, and what is said where a scenario differs. */
import { expect, test } from 'vitest';
import { buildNotes, kernelBuild, UNKNOWN_BUILD } from '../../src/measure/kernel.ts';
import { aScenario } from './support.ts';

const NONE =
  'CONFIG_PREEMPT_BUILD=y\nCONFIG_PREEMPT_NONE=y\n# CONFIG_PREEMPT is not set\nCONFIG_HZ_250=y\nCONFIG_HZ=250\n';
const FULL =
  'CONFIG_PREEMPT_DYNAMIC=y\n# CONFIG_PREEMPT_NONE is not set\nCONFIG_PREEMPT=y\nCONFIG_HZ=1000\n';

test.each([
  ['as it was built: none', NONE, '', { hz: 250, preempt: 'none' }],
  ['as it was built: full', FULL, 'quiet', { hz: 1000, preempt: 'full' }],
  ['as it was started', FULL, 'quiet preempt=none', { hz: 1000, preempt: 'none' }],
  [
    'as it was started: voluntary is none',
    FULL,
    'preempt=voluntary',
    { hz: 1000, preempt: 'none' },
  ],
  [
    'not as it was started, where that chooses nothing',
    NONE,
    'preempt=full',
    { hz: 250, preempt: 'none' },
  ],
  ['lazy is none', 'CONFIG_PREEMPT_LAZY=y\n', '', { hz: null, preempt: 'none' }],
  ['unknown', '', 'preempt=full', UNKNOWN_BUILD],
])('a kernel is preempted and ticks %s', (_, config, commandLine, build) => {
  expect(kernelBuild(config, commandLine)).toEqual(build);
});

test('where the scenario differs it is simulated as the kernel is, and that is said', () => {
  const { machine } = aScenario({ duration: '1ms', machine: { hz: 100, preempt: 'full' } });

  expect(buildNotes(machine, { hz: 250, preempt: 'none' })).toEqual([
    'hz: simulated with 250, the value of this kernel; the scenario has 100',
    'preempt: simulated with none, the mode of this kernel; the scenario has full',
  ]);
  expect(buildNotes(machine, { hz: 100, preempt: 'full' })).toEqual([]);
  expect(buildNotes(machine, UNKNOWN_BUILD)).toEqual([]);
});
