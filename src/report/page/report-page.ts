/** One HTML page of saved results, one after the other; its pictures can be written separately. */
import { counted } from '../../base/counted.ts';
import { escapeXml } from '../../draw/svg.ts';
import { censusPart } from './census-part.ts';
import { comparePart } from './compare-part.ts';
import type {
  CompareDocument,
  ReplayDocument,
  ReportDocument,
  SearchDocument,
} from './documents.ts';
import { FINDING_CSS, FINDING_SCRIPT, findingPart } from './finding-part.ts';
import { htmlPage } from './html.ts';
import { passPart } from './pass-part.ts';
import { runPart } from './run-part.ts';
import { sweepPart } from './sweep-part.ts';

/** A report must not be larger than this. */
const BYTES_MAX = 1_000_000;
/** Values that stay of a distribution that is thinned. */
const POOL_VALUES = 400;

interface PageOptions {
  /** The command that makes it again. */
  readonly command: string;
  /** Whether the documents are in the page, to be read back. */
  readonly data: boolean;
}

export function reportPage(documents: readonly ReportDocument[], options: PageOptions): string {
  if (!options.data) return render(documents, [], options);
  const saved: readonly (readonly [readonly ReportDocument[], string])[] = [
    [documents, ''],
    [documents.map(thinned), THINNED],
    [documents.map(thinned).filter(({ kind }) => kind !== 'pass'), WITHOUT_PASSES],
  ];
  for (const [data, note] of saved) {
    const page = render(documents, data, options, note);
    if (page.length <= BYTES_MAX) return page;
  }
  return render(documents, [], options, LEFT_OUT);
}

/** Drawings of passes are wide. */
const PASS_CSS = 'body{max-width:1320px}';

const THINNED =
  'To keep the page below 1 MB, the distributions in its data are thinned; the pictures show all values.';
const WITHOUT_PASSES =
  'To keep the page below 1 MB, its data omit the passes that it draws, and the distributions are thinned; the pictures show everything.';
const LEFT_OUT =
  'Its data would make the page larger than 1 MB and are left out: mapsim report cannot read it back.';

/** @param saved those in the data of the page */
function render(
  documents: readonly ReportDocument[],
  saved: readonly ReportDocument[],
  { command }: PageOptions,
  note = '',
): string {
  const parts = documents.flatMap((document, i) => partsOf(document, `r${i}`));
  const steps = documents.some(({ kind, document }) =>
    kind === 'search' ? (document as SearchDocument).findings.length > 0 : kind === 'replay',
  );
  const passes = documents.some(({ kind }) => kind === 'pass');
  const [head] = documents;
  return htmlPage({
    title: titleOf(documents),
    lead: `${documents.map(leadOf).join(' ').trim()}${note === '' ? '' : ` <b>${note}</b>`}`,
    sections: parts,
    command,
    tool: head?.document.tool ?? '',
    data: saved.length === 0 ? null : saved.map(({ document }) => document),
    ...(passes ? { style: PASS_CSS } : {}),
    ...(steps ? { style: FINDING_CSS + (passes ? PASS_CSS : ''), script: FINDING_SCRIPT } : {}),
  });
}

function partsOf({ kind, document }: ReportDocument, name: string): string[] {
  switch (kind) {
    case 'run':
      return [runPart(document)];
    case 'compare':
      return document.scenarios.map((scenario, i) => comparePart(scenario, `${name}s${i}`));
    case 'sweep':
      return [sweepPart(document, name)];
    case 'search':
      return searchParts(document, name);
    case 'replay':
      return [replayPart(document, name)];
    case 'pass':
      return [passPart(document, name)];
  }
}

function searchParts(search: SearchDocument, name: string): string[] {
  const findings = search.findings.map((finding, i) => {
    const head = {
      title: `${search.strategy}: ${finding.what}, in ${counted(finding.steps.length, 'step')} and ${finding.switches} switches`,
      lead: `${escapeXml(search.scenario.name)}; schedule <code>${escapeXml(finding.schedule)}</code>.`,
      tasks: search.tasks,
    };
    return findingPart(head, finding, `${name}f${i}`);
  });
  const none =
    search.findings.length > 0
      ? []
      : [
          `<section><h2>${escapeXml(search.asked.length > 0 ? `${search.asked.join(', ')}: ${search.complete ? 'impossible' : 'not found'}` : 'nothing was asked')}</h2></section>`,
        ];
  return [...findings, ...(search.texts.length > 0 ? [censusPart(search)] : none)];
}

function replayPart(replay: ReplayDocument, name: string): string {
  const torn = replay.texts.some((text) => text.torn);
  const head = {
    title: `${replay.strategy}: ${torn ? 'a torn text' : 'a whole text'} in ${counted(replay.steps.length, 'step')} and ${replay.switches} switches`,
    lead: `${escapeXml(replay.scenario.name)}; schedule <code>${escapeXml(replay.schedule)}</code>.`,
    tasks: replay.tasks,
  };
  return findingPart(head, replay, name);
}

function namesOf({ kind, document }: ReportDocument): string {
  if (kind === 'compare') return document.scenarios.map(({ name }) => name).join(', ');
  if (kind === 'pass') return document.scenario;
  return kind === 'sweep' ? document.grid.name : document.scenario.name;
}

function titleOf(documents: readonly ReportDocument[]): string {
  return `mapsim: ${[...new Set(documents.map(namesOf))].join(', ')}`;
}

function leadOf({ kind, document }: ReportDocument): string {
  switch (kind) {
    case 'run':
      return document.complete ? 'The run is complete.' : '<b class="bad">The run is partial.</b>';
    case 'compare': {
      const failed = document.failOn.filter((check) => check.failed).length;
      const checks = `${document.failOn.length - failed} of ${document.failOn.length} checks passed.`;
      const done = document.complete ? 'Complete.' : '<b class="bad">Incomplete.</b>';
      return document.failOn.length === 0 ? done : `${done} ${checks}`;
    }
    case 'sweep':
      return `${document.runs.length} of ${counted(document.units, 'run')}.`;
    case 'search':
      if (document.bound === 'random') return 'Random walks: what was not seen may still exist.';
      if (document.bound !== null)
        return `<b class="bad">Stopped by ${escapeXml(document.bound)}: what lies beyond is unknown.</b>`;
      if (document.findings.length > 0)
        return `${counted(document.states ?? 0, 'state')} searched, breadth first.`;
      return `${counted(document.states ?? 0, 'state')}: every order of steps was tried.`;
    case 'replay':
      return 'A replayed schedule, step by step.';
    case 'pass':
      return '';
  }
}

/** Distributions with fewer values: each stands for those up to the next. */
function thinned(document: ReportDocument): ReportDocument {
  if (document.kind !== 'compare') return document;
  const scenarios = document.document.scenarios.map((scenario) => ({
    ...scenario,
    groups: scenario.groups.map((group) => ({ ...group, ...thinPools(group.pool) })),
  }));
  return { kind: 'compare', document: { ...document.document, scenarios } };
}

type Pools = CompareDocument['scenarios'][number]['groups'][number]['pool'];

function thinPools(pool: Pools): { readonly pool?: NonNullable<Pools> } {
  if (pool === undefined || pool === null) return {};
  const entries = Object.entries(pool).map(([key, { values = [] }]) => {
    const stride = Math.ceil(values.length / 2 / POOL_VALUES);
    const kept: number[] = [];
    for (let i = 0; i < values.length; i += 2 * stride) {
      let count = 0;
      const to = Math.min(i + 2 * stride, values.length);
      for (let j = i + 1; j < to; j += 2) count += values[j]!;
      kept.push(values[to - 2]!, count);
    }
    return [key, { values: kept }] as const;
  });
  return { pool: Object.fromEntries(entries) };
}
