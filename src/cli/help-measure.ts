/** The help of the commands that run on the user's own kernel: measure and calibrate. */
import { exitCodes } from './help-exit-codes.ts';

const MEASURE = `SCENARIO is a YAML or JSON file, or - for standard input. Its writers and readers run as
threads and processes of measure, in bursts, at the addresses of the scenario. No other
process is affected, and no privilege is needed. First the kernel makes the calls one by one.
If its text differs from the model's, both texts are shown and nothing is measured (exit code 1).

Measured figures differ from run to run. Overlaps, backward lines and duplicates are exact.
Figures that need the states of a pass are lower bounds (>=), because the times of the calls
allow more states than really existed. A dash means that user space cannot see the figure.
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
    more: () => `${MEASURE}\n${exitCodes('measure')}`,
  },
  calibrate: {
    name: 'calibrate',
    operands: '',
    purpose: 'Measure the costs of single primitives on this machine, for machine: {costs: …}.',
    examples: ['mapsim calibrate', 'mapsim calibrate -o costs.yaml'],
    more: () =>
      `Costs that user space cannot measure keep the values of a preset, which is named.\n\n${exitCodes('calibrate')}`,
  },
} as const;
