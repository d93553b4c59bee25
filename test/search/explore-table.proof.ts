/**
 * Every command of scenarios/explore/README.md is run, and the tables written anew from what it
 * says:
 * the file must come out as it is (`vitest -u` writes it).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/world/outcome.ts';
import { mapsim } from '../cli/support.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = `${ROOT}scenarios/explore/README.md`;

const ROW = /^\| (.*) \| `mapsim (.*)` \| (.*) \| (.*) \| (.*) \|$/;

interface Row {
  readonly answer: string;
  readonly states: string;
  readonly schedule: string;
}

type Timed = Pick<Outcome, 'totals' | 'tearing' | 'simulatedNs'>;

async function ask(command: string): Promise<Row> {
  const argv = command.split(' ').map((word) => word.replaceAll('"', ''));
  const { code, stdout, stderr } = await mapsim([...argv, '--format=json'], { cwd: ROOT });
  if (code > 1) throw new Error(`mapsim ${command}: ${code}\n${stderr}`);
  const result = JSON.parse(stdout);
  if (argv[0] === 'run') return timed(result);
  const { states, complete, findings, texts, bound } = result;
  if (argv[0] === 'census') {
    const torn = texts.filter((text: { intact: boolean }) => !text.intact).length;
    const answer = `${texts.length}, ${torn} torn by every schedule`;
    return { answer, states: String(states), schedule: '' };
  }
  const [finding] = findings;
  // What was found ends the search; what was not must have been looked for everywhere.
  if (finding === undefined) expect({ command, complete, bound }).toMatchObject({ complete: true });
  expect(code).toBe(finding === undefined ? 0 : 1);
  return {
    answer: finding === undefined ? 'impossible' : '**possible**',
    states: String(states),
    schedule: finding === undefined ? '' : `\`${finding.schedule}\``,
  };
}

/** Of a timed run: passes a second; fallbacks and gaps of 1000 passes. */
function timed({ totals, tearing, simulatedNs }: Timed): Row {
  const passes = totals.passesFinished;
  const ofThousand = (count: number): string =>
    String(Number(((1000 * count) / passes).toPrecision(3)));
  return {
    answer: String(Math.round((passes * 1e9) / simulatedNs)),
    states: ofThousand(totals.fallbacks),
    schedule: `${ofThousand(tearing.falseGaps)}, ${ofThousand(tearing.transientGaps)}`,
  };
}

test('every command of scenarios/explore/README.md gives the answer in its table', async () => {
  const lines: string[] = [];
  let asked = 0;
  for (const line of readFileSync(README, 'utf8').split('\n')) {
    const row = ROW.exec(line);
    if (row === null) {
      lines.push(line);
      continue;
    }
    asked++;
    const [, question, command] = row as unknown as [string, string, string];
    const { answer, states, schedule } = await ask(command);
    lines.push(`| ${question} | \`mapsim ${command}\` | ${answer} | ${states} | ${schedule} |`);
  }

  expect(asked).toBeGreaterThan(40);
  await expect(lines.join('\n')).toMatchFileSnapshot(README);
});
