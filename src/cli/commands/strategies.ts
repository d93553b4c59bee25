/** `mapsim strategies`: the registry, as a table for people or as JSON. */
import { EXIT } from '../../base/errors.ts';
import { STRATEGIES, type StrategyInfo } from '../../readers/index.ts';
import { table } from '../../report/table.ts';
import type { CommandContext } from '../command.ts';
import { Output } from '../output.ts';

export const STRATEGIES_SCHEMA = 'mapsim/strategies@1';

export interface StrategiesOptions {
  readonly format: 'text' | 'json';
}

export async function strategies(
  options: StrategiesOptions,
  { io }: CommandContext,
): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(options.format === 'json' ? asJson() : asText());
  await stdout.flush();
  return EXIT.done;
}

function asJson(): string {
  const entries = STRATEGIES.map((info) => ({
    name: info.name,
    aliases: info.aliases,
    summary: info.summary,
    source: info.source,
    tearing: info.tearing,
    gaps: info.gaps,
    progress: info.progress,
    options: info.options.map(({ key, values }) => ({ key, values, default: values[0] })),
  }));
  return `${JSON.stringify({ schema: STRATEGIES_SCHEMA, strategies: entries }, null, 2)}\n`;
}

function asText(): string {
  const main = STRATEGIES.map((info) => [
    info.name,
    info.tearing,
    info.gaps,
    info.progress,
    info.summary,
  ]);
  const parts = [
    table(['NAME', 'TEARING', 'GAPS', 'PROGRESS', 'WHAT IT DOES'], main),
    table(
      ['NAME', 'SOURCE'],
      STRATEGIES.map(({ name, source }) => [name, source]),
    ),
    table(['NAME', 'OPTION', 'VALUES (default first)'], STRATEGIES.flatMap(optionRows)),
    table(
      ['ALIAS', 'MEANS'],
      STRATEGIES.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name])),
    ),
    'TEARING and GAPS are the worst that a strategy may show. PROGRESS unbounded: a writer\n' +
      'that never rests may hold the reader up for ever. N is any number, as in rcu-retry3.\n',
  ];
  return parts.join('\n');
}

function optionRows({ name, options }: StrategyInfo): string[][] {
  return options.map(({ key, values }) => [name, key, values.join(', ')]);
}
