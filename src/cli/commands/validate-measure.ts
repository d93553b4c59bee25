/** `mapsim validate-model --measure`: claims about texts, asked of the running kernel. */
import { EXIT } from '../../base/errors.ts';
import { readBurst } from '../../measure/frames.ts';
import { Measured } from '../../measure/measured.ts';
import { placeTasks } from '../../measure/placement.ts';
import { type LookedAt, TEXT_CLAIMS, type TextClaim } from '../../measure/text-claims.ts';
import { textClaimsReport } from '../../report/text-claims.ts';
import type { CommandContext } from '../command.ts';
import { scenarioIn } from '../load.ts';
import { onCpus } from '../measure-live.ts';
import type { MeasureSession } from '../measure-session.ts';
import { Output } from '../output.ts';
import { allowedCpus, textRoom, thisKernel } from '../this-machine.ts';
import { withSession } from './measure.ts';

const BURST_NS = 3e8;

export async function validateMeasured(
  format: 'text' | 'json' | 'markdown',
  context: CommandContext,
): Promise<number> {
  const { release } = thisKernel();
  return withSession({}, context, async (session) => {
    const looked: LookedAt[] = [];
    for (const claim of TEXT_CLAIMS) looked.push(await lookAt(claim, session!, context));
    const stdout = new Output(context.io.stdout, 'standard output');
    await stdout.write(textClaimsReport(format, release, looked));
    await stdout.flush();
    return looked.every(({ holds }) => holds) ? EXIT.done : EXIT.failed;
  });
}

async function lookAt(
  claim: TextClaim,
  session: MeasureSession,
  context: CommandContext,
): Promise<LookedAt> {
  const bytes = Buffer.from(JSON.stringify(claim.scenario));
  const scenario = await scenarioIn({ path: `${claim.id}.json`, bytes }, context);
  if (scenario === null) throw new Error(`${claim.id} is no scenario`);
  const cpus = allowedCpus();
  const query = [claim.id === 'gate-line'];
  const how = {
    placement: onCpus(placeTasks(scenario, cpus.length).placement, cpus),
    nice: () => 0,
    query,
    burstNs: BURST_NS,
    passes: 1e9,
    textBytes: textRoom(1),
    foreignPermille: 0,
  };
  const { plan } = await session.prepare(scenario, { burstNs: BURST_NS }, how, () => {});
  const kernel = await session.states(plan);
  const burst = readBurst(await session.harness.ask('burst 0', 'BURST'));
  const measured = new Measured(plan, kernel, { query, evidence: 0 });
  measured.take(burst);
  return { claim, ...claim.look({ burst, tally: measured.sum.readers.tally }) };
}
