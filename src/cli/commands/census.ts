/**
 * `mapsim census`: lists every text that a strategy can print; with `--against`, the texts that
 * only one of two strategies can print.
 */
import type { Choice } from '../../base/choice.ts';
import { EXIT } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { oneStrategy } from '../../library/checks.ts';
import { checkWorld, limitsOf } from '../../library/limits.ts';
import { differenceText } from '../../report/difference-text.ts';
import { searchJson } from '../../report/search-json.ts';
import { censusText, replayWords } from '../../report/search-text.ts';
import { compareTexts } from '../../search/census.ts';
import type { SearchOutcome } from '../../search/search-outcome.ts';
import type { CommandContext } from '../command.ts';
import { Interrupt } from '../interrupt.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { checkPage, writePageOf } from '../page.ts';
import { readerStrategies } from '../reader-strategies.ts';
import { checkGiven, limitsGiven, searchOutcome, viewFor } from '../search-request.ts';

const NOT_SEARCHED = 'not searched because of the interrupt';

export async function census(
  path: string,
  options: OptionsOf<'census'>,
  context: CommandContext,
): Promise<number> {
  await checkPage(options.output, context.io.cwd);
  checkGiven(options);
  const strategy = oneStrategy('--strategy', options.strategy);
  const against = oneStrategy('--against', options.against);
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario } = loaded;
  checkWorld(scenario);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const interrupt = new Interrupt(context.io, () => {});
  const searched = async (choice: Choice | null): Promise<SearchOutcome> => {
    const { strategies, own } = await readerStrategies(choice, where);
    const request = { ...limitsOf(limitsGiven(options)), strategy: choice, strategies, find: null };
    const census = { ...request, onlyTexts: true, shrinkTexts: true };
    return searchOutcome(scenario, census, { options, context, interrupt, own });
  };
  try {
    const here = await searched(strategy);
    const there = against === null || interrupt.caught !== null ? null : await searched(against);
    interrupt.endAtOnce();
    await tell(path, { here, there }, options, context);
    if (interrupt.caught !== null) return interrupt.end();
    return here.complete && there?.complete !== false ? EXIT.done : EXIT.limit;
  } finally {
    interrupt.stopWatching();
  }
}

async function tell(
  path: string,
  { here, there }: { here: SearchOutcome; there: SearchOutcome | null },
  options: OptionsOf<'census'>,
  context: CommandContext,
): Promise<void> {
  const { against } = options;
  const shown = viewFor(options, context);
  const view = { ...shown, replayWords: replayWords(path, options.strategy, context.allowCode) };
  const text = (): string => {
    if (there !== null) {
      const other = { ...shown, replayWords: replayWords(path, against, context.allowCode) };
      const sides = [
        { outcome: here, view },
        { outcome: there, view: other },
      ] as const;
      return differenceText(sides, compareTexts(here, there));
    }
    const missing = against === undefined ? '' : `\n--against=${against}: ${NOT_SEARCHED}\n`;
    return censusText(here, view) + missing;
  };
  const json = (): string => {
    if (against === undefined) return searchJson(here, VERSION);
    return searchJson(here, VERSION, there && { ...there, ...compareTexts(here, there) });
  };
  const stdout = new Output(context.io.stdout, 'standard output');
  await stdout.write(options.format === 'json' ? json() : text());
  await stdout.flush();
  await writePageOf(options.output, json, context);
}
