/** What help says of the commands that run on the user's own kernel. */
import { EXIT_CODES } from './help-exit-codes.ts';

const MEASURE = `SCENARIO is a YAML or JSON file, or - for standard input. Its writers and readers run as
threads and processes of their own, in bursts, on addresses of the scenario; nobody else is
touched, and no privilege is needed. First the kernel does the calls one by one: where its
text is not the model's, both are shown and nothing is measured (exit code 1).

Measured figures differ from run to run. Overlaps, backward lines and duplicates are exact;
what needs the states of a pass is a lower bound (>=), since by times alone more states were
possible than were. A dash: user space cannot tell.
`;

export const MEASURE_COMMANDS = {
  measure: {
    name: 'measure',
    operands: '[SCENARIO]',
    purpose: 'Run a scenario on this kernel, simulate it, and print both results.',
    examples: [
      'mapsim measure scenarios/merge-churn.yaml',
      'mapsim measure scenarios/remap.yaml --for=5s --format=markdown',
      'mapsim measure s.yaml --fail-on "measured:falseGaps>0"',
      'mapsim measure s.yaml --keep=recorded; mapsim measure s.yaml --from=recorded',
      'mapsim measure --check-model --programs=1000',
    ],
    more: `${MEASURE}\n${EXIT_CODES.measure}`,
  },
  calibrate: {
    name: 'calibrate',
    operands: '',
    purpose: 'Measure what single primitives cost on this machine, for machine: {costs: …}.',
    examples: ['mapsim calibrate', 'mapsim calibrate -o costs.yaml'],
    more: `What user space cannot measure keeps its value of a preset, which is named.\n\n${EXIT_CODES.calibrate}`,
  },
} as const;
