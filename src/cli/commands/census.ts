/**
 * `mapsim census`: every text that can be printed; with `--against`, those that one alone can
 * print.
 */
import { counted } from '../../base/counted.ts';
import { EXIT } from '../../base/errors.ts';
import { compareTexts } from '../../drive/census.ts';
import { type Against, searchJson } from '../../report/search-json.ts';
import { censusText, firstLine, possibleText, type SearchView } from '../../report/search-text.ts';
import type { PossibleText, SearchOutcome } from '../../world/search-outcome.ts';
import type { CommandContext } from '../command.ts';
import { Interrupt } from '../interrupt.ts';
import { load } from '../load.ts';
import { Output } from '../output.ts';
import { VERSION } from '../version.ts';
import { loadStrategies } from './checks.ts';
import {
  checkLimits,
  checkOneStrategy,
  checkWorld,
  endedBy,
  type LimitOptions,
  limitsOf,
  replayLine,
  searchOutcome,
  viewFor,
} from './search-request.ts';

export interface CensusOptions extends LimitOptions {
  readonly against?: string;
}

export async function census(
  path: string,
  options: CensusOptions,
  context: CommandContext,
): Promise<number> {
  checkLimits(options);
  if (options.strategy !== undefined) checkOneStrategy('--strategy', options.strategy);
  if (options.against !== undefined) checkOneStrategy('--against', options.against);
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario } = loaded;
  checkWorld(scenario);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const interrupt = new Interrupt(context.io, () => {});
  const searched = async (strategy: string | undefined): Promise<SearchOutcome> => {
    const { instead, own, directory } = await loadStrategies(strategy, where);
    const request = { ...limitsOf(options), strategy: instead, ownStrategies: own, find: null };
    const census = { ...request, onlyTexts: true };
    return searchOutcome(scenario, census, { options, context, interrupt, directory });
  };
  try {
    const here = await searched(options.strategy);
    const { against } = options;
    const there =
      against === undefined || interrupt.caught !== null ? null : await searched(against);
    interrupt.endAtOnce();
    await tell(path, { here, there }, options, context);
    if (interrupt.caught !== null) return endedBy(interrupt.caught, interrupt, context);
    return here.complete && there?.complete !== false ? EXIT.done : EXIT.limit;
  } finally {
    interrupt.stopWatching();
  }
}

async function tell(
  path: string,
  { here, there }: { here: SearchOutcome; there: SearchOutcome | null },
  options: CensusOptions,
  context: CommandContext,
): Promise<void> {
  const shown = viewFor(options, context);
  const view = { ...shown, replayLine: replayLine(path, options.strategy) };
  const stdout = new Output(context.io.stdout, 'standard output');
  if (there === null) {
    await stdout.write(
      options.format === 'json' ? searchJson(here, VERSION) : censusText(here, view),
    );
  } else if (options.format === 'json') {
    await stdout.write(searchJson(here, VERSION, againstOf(here, there)));
  } else {
    const other = { ...shown, replayLine: replayLine(path, options.against) };
    await stdout.write(difference(here, there, { view, other }));
  }
  await stdout.flush();
}

function againstOf(here: SearchOutcome, there: SearchOutcome): Against {
  const { strategy, complete, bound, states } = there;
  return { strategy, complete, bound, states, ...compareTexts(here, there) };
}

function difference(
  here: SearchOutcome,
  there: SearchOutcome,
  { view, other }: { view: SearchView; other: SearchView },
): string {
  const { onlyHere, onlyThere } = compareTexts(here, there);
  const part = (
    outcome: SearchOutcome,
    texts: readonly PossibleText[],
    textView: SearchView,
  ): string => {
    const count = `${texts.length} of ${counted(outcome.texts.length, 'text')}`;
    const title = `only ${outcome.strategy} can print: ${count}\n`;
    return title + texts.map((text, i) => `\n${possibleText(text, i, textView)}`).join('');
  };
  return [
    `${here.strategy}: ${firstLine(here)}\n${there.strategy}: ${firstLine(there)}\n\n`,
    part(here, onlyHere, view),
    '\n',
    part(there, onlyThere, other),
  ].join('');
}
