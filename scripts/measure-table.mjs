/**
 * `npm run measure-table`: measures the shipped scenarios on this machine and writes the table to
 * docs/measure.md.
 *
 * Use it on a quiet machine. Options are passed to `mapsim measure`, after those of this file;
 * `--gaps=TIME` is the duration of the search for false gaps. It takes about 12 minutes.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = `${ROOT}docs/measure.md`;
const BEGIN = '<!-- measured: made by npm run measure-table -->\n';
const END = '<!-- end -->\n';
const SCENARIOS = [
  'merge-churn',
  'split-merge',
  'resize',
  'remap',
  'exact-mremap',
  'flip-pair',
  'selftest-split',
  'selftest-resize',
  'selftest-remap',
  'page-vs-vma',
  'munmap-heavy',
];
const METRICS = [
  'passes/s',
  'lines/pass',
  'ops/s',
  'p50(writer.opNs)',
  'tornPasses',
  'overlaps',
  'backwards',
  'gaps',
];

const given = process.argv.slice(2);
const gaps = given.find((option) => option.startsWith('--gaps='))?.slice(7) ?? '60s';
const options = [
  '--for=6s',
  '--tries=30',
  ...given.filter((option) => !option.startsWith('--gaps=')),
];

function measure(scenario, more) {
  const argv = ['bin/mapsim.js', 'measure', `scenarios/${scenario}.yaml`, '--format=json', ...more];
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0 && status !== 4) throw new Error(`${scenario}: exit code ${status}\n${stderr}`);
  process.stderr.write(`${scenario}${status === 4 ? ': too noisy' : ''}\n`);
  return JSON.parse(stdout);
}

const figure = (value) => {
  if (value === null) return '-';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
};

/** Both figures; a ratio beyond a factor of 2 stands behind them. */
function cell({ simulated, measured, ratio }) {
  const far = ratio !== null && (ratio > 2 || ratio < 0.5) ? ` (${ratio.toFixed(2)})` : '';
  return `${figure(simulated)} / ${figure(measured)}${far}`;
}

function row(scenario) {
  const { rows, environment, calibration, measured } = measure(scenario, options);
  const cells = METRICS.map((metric) => cell(rows.find((one) => one.metric === metric)));
  const spread = calibration === null ? '-' : calibration.spread.toFixed(2);
  const foreign = `${environment.foreignPercent.toFixed(1)} %`;
  return [`\`${scenario}\``, measured?.totals.passes ?? 0, foreign, spread, ...cells];
}

function gapText() {
  const more = [`--for=${gaps}`, '--tries=1000', '--simulate=no', '--evidence=3'];
  const { measured, evidence } = measure('merge-churn', [...options, ...more]);
  const { passes, falseGaps } = measured?.tearing ?? { passes: 0, falseGaps: 0 };
  const texts = evidence.filter(({ kind }) => kind === 'false gap');
  return [
    `\`merge-churn\` only ever calls mprotect, so that no page is unmapped at any time: ${falseGaps} false gaps`,
    `in ${passes} passes (${((falseGaps * 1e5) / Math.max(passes, 1)).toFixed(1)} in 100,000).`,
    ...texts.flatMap(({ around }) => ['', '```', ...around, '```']),
    '',
  ].join('\n');
}

const kernel = spawnSync('uname', ['-sr'], { encoding: 'utf8' }).stdout.trim();
const head = ['scenario', 'passes', 'others', 'spread', ...METRICS];
const lines = [head, head.map(() => '---'), ...SCENARIOS.map(row)];
const table = lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
const day = new Date().toISOString().slice(0, 10);
const made = `${day}, ${kernel}, \`mapsim measure ${options.join(' ')}\`. simulated / measured (ratio beyond 2).\n\n`;
const text = readFileSync(DOCUMENT, 'utf8');
const [before, rest] = text.split(BEGIN);
const after = rest.split(END)[1];
writeFileSync(DOCUMENT, `${before}${BEGIN}\n${made}${table}\n${gapText()}\n${END}${after}`);
