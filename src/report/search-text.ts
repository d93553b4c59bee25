/**
 * The text output of `mapsim explore` and `mapsim census`. The first line says how reliable the
 * answer is.
 */
import { counted } from '../base/counted.ts';
import { shellWord } from '../base/shell.ts';
import { wrap, wrapCommand } from '../base/wrap.ts';
import type { Course, Finding, PossibleText, SearchOutcome } from '../search/search-outcome.ts';
import { TEARING_KEYS } from '../world/outcome.ts';
import { interleaving } from './interleaving.ts';
import { markedText } from './marked-text.ts';
import type { Paint } from './report.ts';
import { table } from './table.ts';

export interface SearchView {
  readonly paint: Paint;
  /** That a line may take. */
  readonly columns: number;
  /** That a command line may take, which is broken on a terminal alone. */
  readonly commandColumns: number;
  /** The words of the command that replays this schedule. */
  readonly replayWords: (schedule: string) => readonly string[];
}

export type CourseView = Pick<SearchView, 'paint' | 'columns'>;

/** The words of the command that replays a schedule, as a shell would have to be given them. */
export function replayWords(
  scenario: string,
  strategy: string | undefined,
  allowCode: boolean,
): SearchView['replayWords'] {
  const given = strategy === undefined ? [] : [`--strategy=${shellWord(strategy)}`];
  const code = allowCode ? ['--allow-code'] : [];
  const head = ['mapsim', 'replay', shellWord(scenario), ...given, ...code];
  return (schedule) => [...head, '--schedule', schedule];
}

/** Ends with a newline. */
function commandText(schedule: string, view: SearchView, prefix = ''): string {
  return `${wrapCommand(view.replayWords(schedule), view.commandColumns, prefix)}\n`;
}

export function exploreText(outcome: SearchOutcome, view: SearchView, question: boolean): string {
  const parts = [headLines(outcome, view), asked(outcome, question)];
  if (question)
    for (const finding of outcome.findings) parts.push(findingText(outcome, finding, view));
  else parts.push(classTable(outcome, view));
  return parts.join('');
}

/** How much was seen; under it what that proves. */
function headLines(outcome: SearchOutcome, { columns }: SearchView): string {
  const [size, proof] = firstLine(outcome).split('; ') as [string, string];
  return `${[size, proof].flatMap((text) => wrap(text, columns)).join('\n')}\n`;
}

/** Exhaustive, bounded by what, or sampled how much. */
export function firstLine(outcome: SearchOutcome): string {
  const { states, transitions, depth, store, sampled, bound, texts } = outcome;
  if (sampled !== null) {
    const walks = `${counted(sampled.walks, `${sampled.bias} random walk`)}, ${counted(sampled.steps, 'step')}`;
    const unfinished = sampled.unfinished === 0 ? '' : `, ${sampled.unfinished} of them cut short`;
    const seen = counted(texts.length, 'distinct text');
    const early = bound === 'interrupted' ? 'interrupted, ' : '';
    return `sampled: ${walks}${unfinished}, ${seen}; ${early}what was not seen may still exist`;
  }
  const size = `${counted(states!, 'state')}, ${counted(transitions, 'transition')}, depth ${depth}`;
  if (outcome.complete) {
    const checks = counted(outcome.privateChecks, 'time');
    const far =
      outcome.privateChecks === 0
        ? ''
        : `, as far as private steps are private (checked ${checks})`;
    return `exhaustive: ${size}; every order of steps was tried${far}`;
  }
  switch (bound) {
    case 'max-states':
      return `bounded: ${size}; stopped by --max-states, what lies beyond is unknown`;
    case 'max-memory':
      return `bounded: ${size}; stopped by --max-memory, what lies beyond is unknown`;
    case 'max-depth':
      return `bounded: ${size}; stopped by --max-depth, longer schedules are unknown`;
    case 'preemptions':
      return `bounded: ${size}; with at most ${counted(outcome.limits.preemptions!, 'preemption')}, others are unknown`;
    case 'store': {
      const loss = `lost a state with a chance of at most ${store.lossBound.toPrecision(2)}`;
      return `bounded: ${size}; all seen, but --store=${store.kind} has ${loss}`;
    }
    case 'interrupted':
      return `bounded: ${size}; interrupted, what lies beyond is unknown`;
    default:
      return `found: ${size}; ${nothingBefore(outcome)}`;
  }
}

/** What breadth first means for the finding. */
function nothingBefore({ store, limits }: SearchOutcome): string {
  if (store.kind !== 'exact') return `--store=${store.kind} may have lost a shorter way to it`;
  if (limits.preemptions === null) return 'breadth first, so nothing shorter finds it';
  return 'nothing with fewer preemptions finds it';
}

function asked({ asked: classes, findings, complete }: SearchOutcome, question: boolean): string {
  if (!question) return '\n';
  const [word] = classes;
  if (findings.length > 0) return `${word}: possible\n\n`;
  return complete ? `${word}: impossible\n` : `${word}: not found\n`;
}

function classTable(outcome: SearchOutcome, view: SearchView): string {
  const { asked: classes, findings, complete } = outcome;
  const rows = classes.map((name) => {
    const finding = findings.find((candidate) => candidate.class === name);
    if (finding === undefined) return [name, complete ? 'no' : 'not found', '', '', ''];
    const { steps, switches, schedule } = finding.course;
    return [name, 'yes', String(steps.length), String(switches), schedule];
  });
  const head = ['CLASS', 'POSSIBLE', 'STEPS', 'SWITCHES', 'SCHEDULE'];
  const lines = table(head, rows, view.columns);
  const seen = countTexts(outcome);
  const [first] = findings;
  const hint = first === undefined ? '' : `\n${commandText(first.course.schedule, view)}`;
  return `${lines}\n${seen}\n${hint}`;
}

function findingText(outcome: SearchOutcome, finding: Finding, view: SearchView): string {
  const { course } = finding;
  return [
    `${finding.what}: ${stepsOf(course)}\n\n`,
    courseText(outcome.tasks, course, view),
    `\n${commandText(course.schedule, view)}`,
  ].join('');
}

export function stepsOf({ steps, switches }: Course): string {
  return `${counted(steps.length, 'step')}, ${counted(switches, 'switch', 'switches')}`;
}

/** The columns, and under them what came of it. */
export function courseText(
  tasks: SearchOutcome['tasks'],
  course: Course,
  view: CourseView,
): string {
  const parts = [interleaving(course, tasks, view.columns)];
  for (const text of course.texts) parts.push('\n', markedText(text, view));
  if (course.fault !== null) {
    parts.push(`\n${view.paint.fault(`${course.fault.kind}: ${course.fault.message}`)}\n`);
  }
  if (course.deadlock) parts.push(`\n${view.paint.fault('deadlock: no task can go on')}\n`);
  return parts.join('');
}

export function censusText(outcome: SearchOutcome, view: SearchView): string {
  const { texts } = outcome;
  const parts = [headLines(outcome, view), `${countTexts(outcome)}\n`];
  texts.forEach((text, i) => parts.push('\n', possibleText(text, i, view)));
  return parts.join('');
}

/** What can be printed as the text of a state by one schedule may be torn by another. */
function countTexts({ texts }: Pick<SearchOutcome, 'texts'>): string {
  const torn = texts.filter((text) => text.torn).length;
  const always = texts.filter((text) => !text.intact).length;
  if (texts.length === 0) return 'no text was finished before the search ended';
  return `${counted(texts.length, 'text')}, ${torn} of them torn by some schedule, ${always} by every one`;
}

export function possibleText(
  { reader, text, torn, intact, tearing, schedule, ways }: PossibleText,
  index: number,
  view: SearchView,
): string {
  const most = ways?.most ?? tearing;
  const least = ways?.least ?? tearing;
  const counts = TEARING_KEYS.filter((key) => most[key] > 0 && key !== 'tornPasses');
  const figures = counts
    .map((key) => `${key} ${least[key] === most[key] ? '' : `${least[key]} to `}${most[key]}`)
    .join(', ');
  const verdict = torn ? `torn${intact ? ' by some schedules' : ''}: ${figures}` : 'not torn';
  const paint = torn ? view.paint.fault : view.paint.remark;
  const remark = (command: string): string => `${view.paint.remark(command.trimEnd())}\n`;
  const worst = ways === null ? '' : remark(`# the worst:\n${commandText(ways.worst, view, '# ')}`);
  const head = wrap(`# text ${index} of ${reader}, ${verdict}`, view.columns).join('\n#');
  return `${paint(head)}\n${text}${remark(commandText(schedule, view, '# '))}${worst}`;
}
