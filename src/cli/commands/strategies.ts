/** `mapsim strategies`: prints the registry of strategies as a table or as JSON. */
import { EXIT, UserError } from '../../base/errors.ts';
import { wrap } from '../../base/wrap.ts';
import { chooseStrategy, STRATEGIES, type StrategyInfo } from '../../readers/index.ts';
import { table } from '../../report/table.ts';
import type { CommandContext } from '../command.ts';
import { lineWidthOf } from '../io.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';

export const STRATEGIES_SCHEMA = 'mapsim/strategies@1';

/** @param name of one strategy; without it all */
export async function strategies(
  name: string | undefined,
  options: OptionsOf<'strategies'>,
  { io }: CommandContext,
): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  const chosen = name === undefined ? STRATEGIES : [strategyOf(name)];
  const columns = lineWidthOf(io.stdout);
  const text = () => (name === undefined ? asText(columns) : describe(chosen[0]!, columns));
  await stdout.write(options.format === 'json' ? asJson(chosen) : text());
  await stdout.flush();
  return EXIT.done;
}

/** As it stands in the list (rcu-retryN), or as it is chosen (rcu-retry3). @throws UserError */
function strategyOf(name: string): StrategyInfo {
  const listed = STRATEGIES.find((info) => info.name === name);
  if (listed !== undefined) return listed;
  const { entry } = chooseStrategy(name);
  if (entry === null)
    throw new UserError(`${name} is a file; the list has the strategies of mapsim`);
  return STRATEGIES.find((info) => info.name === entry)!;
}

function describe(info: StrategyInfo, columns: number): string {
  const { name, summary, source, tearing, gaps, progress, options, aliases } = info;
  const lines = [
    `${name}: ${summary}`,
    '',
    `source    ${source}`,
    `tearing   ${tearing} (the worst that it can print)`,
    `gaps      ${gaps}`,
    `progress  ${progress}${progress === 'bounded' ? '' : ': a writer that never pauses can starve it'}`,
    ...(aliases.length === 0 ? [] : [`aliases   ${aliases.join(', ')}`]),
    ...options.map(
      ({ key, values }, i) => `${i === 0 ? 'options' : '       '}   ${key}=${values.join(' | ')}`,
    ),
  ];
  return `${lines.flatMap((line) => wrap(line, columns, 10)).join('\n')}\n`;
}

function asJson(chosen: readonly StrategyInfo[]): string {
  const entries = chosen.map((info) => ({
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

function asText(columns: number): string {
  const main = STRATEGIES.map((info) => [
    info.name,
    info.tearing,
    info.gaps,
    info.progress,
    info.summary,
  ]);
  const parts = [
    table(['NAME', 'TEARING', 'GAPS', 'PROGRESS', 'WHAT IT DOES'], main, columns),
    table(
      ['NAME', 'SOURCE'],
      STRATEGIES.map(({ name, source }) => [name, source]),
      columns,
    ),
    table(['NAME', 'OPTION', 'VALUES (default first)'], STRATEGIES.flatMap(optionRows), columns),
    table(
      ['ALIAS', 'MEANS'],
      STRATEGIES.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name])),
    ),
    'TEARING and GAPS are the worst that a strategy can print; each level includes\n' +
      'those before it. GAPS false means that false gaps are possible. PROGRESS\n' +
      'unbounded: a writer that never pauses can hold the reader up for ever. N is any\n' +
      'number, as in rcu-retry3.\n',
  ];
  return parts.join('\n');
}

function optionRows({ name, options }: StrategyInfo): string[][] {
  return options.map(({ key, values }) => [name, key, values.join(', ')]);
}
