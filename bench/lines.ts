/**
 * (a) and (b): the cost of a line of a pass, by strategy, number of VMAs and what they map: without
 * writers, compared with a real process, and with a writer. The oracle is on. All texts are made
 * and returned; none is stored, because the real reader reads into one buffer.
 */
import type { Figure, PartId } from './figure.ts';
import type { Job } from './job.ts';
import { costs, inTurns, type Lab, type Subject, startJob } from './lab.ts';
import { type RealRequest, startReal } from './real-maps.ts';
import { type Backing, busy, longPath, passesOf, quiet } from './scenarios.ts';

const BACKINGS: readonly Backing[] = ['anonymous', 'file'];
export const REAL = '/proc';
/** VMAs of all processes that are there at the same time. */
const VMAS_MAX = 1_000_000;

export async function quietPasses(lab: Lab): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const backing of BACKINGS) {
    for (const size of lab.sizes) {
      const path = longPath(lab.directory);
      const yaml = quiet(size, backing, path);
      const filePath = backing === 'file' ? path : null;
      const real = { regions: size, passes: passesOf(size), path: filePath };
      figures.push(...(await measureGrid(lab, { part: 'a', grid: backing, size, yaml, real })));
    }
  }
  return figures;
}

const RATES = [1e4, 1e5];

/** No target hangs on these, and there are twice as many: half the care has to do. */
export async function busyPasses(whole: Lab): Promise<Figure[]> {
  const lab = { ...whole, runs: Math.ceil(whole.runs / 2), warmUpMs: whole.warmUpMs / 2 };
  const figures: Figure[] = [];
  for (const perSecond of RATES) {
    for (const backing of BACKINGS) {
      for (const size of lab.sizes) {
        const yaml = busy(size, backing, longPath(lab.directory), perSecond);
        const grid = `${backing}, ${perSecond.toLocaleString('en')} operations a second`;
        figures.push(...(await measureGrid(lab, { part: 'b', grid, size, yaml, real: null })));
      }
    }
  }
  return figures;
}

interface Cells {
  readonly part: PartId;
  readonly grid: string;
  readonly size: number;
  readonly yaml: string;
  readonly real: RealRequest | null;
}

/** Every strategy over one scenario, and the real process in the same turns. */
async function measureGrid(lab: Lab, cells: Cells): Promise<Figure[]> {
  const figures: Figure[] = [];
  const atOnce = Math.max(1, Math.floor(VMAS_MAX / cells.size));
  let { real } = cells;
  for (let from = 0; from < lab.strategies.length; from += atOnce) {
    figures.push(
      ...(await measureBatch(lab, cells, lab.strategies.slice(from, from + atOnce), real)),
    );
    real = null;
  }
  return figures;
}

async function measureBatch(
  lab: Lab,
  { part, grid, size, yaml }: Cells,
  strategies: readonly string[],
  real: RealRequest | null,
): Promise<Figure[]> {
  const column = sizeName(size);
  lab.tell(`${grid}, ${column} VMAs`);
  const subjects: Subject[] = [];
  const rows: string[] = [];
  try {
    if (real !== null) {
      const started = await startReal(lab, real);
      if (typeof started === 'string') {
        lab.skip({ what: `${part}: ${REAL}, ${grid}, ${column} VMAs`, why: started });
      } else {
        subjects.push(started);
        rows.push(REAL);
      }
    }
    for (const strategy of strategies) {
      const job: Job = { kind: 'timed', root: lab.root, yaml, strategy };
      subjects.push(await startJob(lab, job));
      rows.push(strategy);
    }
    const samples = await inTurns(lab, subjects);
    return rows.map((row, i) => {
      const unit = row === REAL ? 'lines' : 'made';
      return { part, grid, row, column, unit: 'ns/line', size: null, ...costs(samples[i]!, unit) };
    });
  } finally {
    for (const subject of subjects) subject.stop();
  }
}

export function sizeName(size: number): string {
  if (size % 1e6 === 0) return `${size / 1e6}M`;
  return size % 1e3 === 0 ? `${size / 1e3}k` : String(size);
}
