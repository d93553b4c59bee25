/**
 * The course of a measurement: plan, states, calibration, bursts, calibration, simulation. If a
 * recording is given, it replaces the kernel.
 */

import { performance } from 'node:perf_hooks';
import type { Choice } from '../base/choice.ts';
import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import { type Disagreement, type KernelStates, kernelStates } from '../measure/agreement.ts';
import {
  type CalibratedMachine,
  type Calibration,
  machineFrom,
  spreadOf,
} from '../measure/calibration.ts';
import { type Burst, readBurst, readStates } from '../measure/frames.ts';
import { buildNotes, type KernelBuild, kernelFacts, UNKNOWN_BUILD } from '../measure/kernel.ts';
import { Lines } from '../measure/lines.ts';
import { Measured } from '../measure/measured.ts';
import { type Placed, placeTasks } from '../measure/placement.ts';
import { type MeasurePlan, makePlan, type Placement } from '../measure/plan.ts';
import type { MeasureResult, SimulatedSide } from '../measure/result.ts';
import { judgeSimulated, OperationTimes, simulatedScenario } from '../measure/simulated.ts';
import { moved, withFiles } from '../measure/substitute.ts';
import { COST_NAMES, COST_PRESETS } from '../mm/costs.ts';
import { chooseStrategy, Strategies } from '../readers/index.ts';
import { TimedRun } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';
import type { CommandContext } from './command.ts';
import { BASE_PRESET, calibration } from './commands/calibrate.ts';
import { type KeptRecording, RecordingWriter } from './measure-recording.ts';
import type { MeasureSession } from './measure-session.ts';
import type { OptionsOf } from './option-tables.ts';
import { driveSlices } from './sliced-run.ts';
import { allowedCpus, textRoom, thisBuild, thisKernel } from './this-machine.ts';

const FOR_NS = 2e9;
const BURST_NS = 6e8;
const GATE_NS = 3e9;
/** So many times the gate is waited for, all bursts together. */
const PATIENCE = 4;
const TRIES = 10;
const FOREIGN_PERCENT = 6;
const EVIDENCE = 2;
const PASSES_MAX = 1e9;
/** So long is simulated with each set of costs, at most. */
const SIMULATED_NS = 3e8;

interface LiveRequest {
  readonly scenario: Scenario;
  /** Null: there is a recording instead. */
  readonly session: MeasureSession | null;
  readonly recording: KeptRecording | null;
  readonly options: OptionsOf<'measure'>;
  readonly context: CommandContext;
}

export interface Live {
  readonly result: MeasureResult;
  /** Bursts that were asked for. */
  readonly wanted: number;
}

/** What the bursts were, wherever they come from. */
interface Raw {
  readonly plan: MeasurePlan;
  readonly kernel: readonly KernelStates[];
  readonly release: string;
  readonly build: KernelBuild;
  readonly placed: Placed;
  readonly query: readonly boolean[];
  readonly bursts: readonly Burst[];
  readonly rejected: number;
  readonly foreignPercent: number;
  readonly wanted: number;
  readonly calibrations: readonly Calibration[];
  /** The target's lines where no burst was kept. */
  readonly firstText: Uint8Array | null;
}

export async function measureLive(request: LiveRequest): Promise<Live | Disagreement> {
  const { session, recording, options, context } = request;
  const raw = session === null ? replayed(request, recording!) : await measured(request, session);
  if ('writer' in raw) return raw;
  const { plan, kernel, query } = raw;
  const sum = new Measured(plan, kernel, { query, evidence: options.evidence ?? EVIDENCE });
  for (const burst of raw.bursts) sum.take(burst);
  if (sum.environment === '' && raw.firstText !== null) sum.look(raw.firstText);
  if (sum.wrongEnds > 0 || sum.errnoDiffers > 0) {
    context.messages.warning(
      `${counted(sum.wrongEnds, 'burst')} did not end in the expected state, ` +
        `${counted(sum.errnoDiffers, 'call')} had another result than without readers`,
    );
  }
  const simulated =
    options.simulate === 'no' ? null : await simulate(request, raw, sum.environment);
  const [before, after] = raw.calibrations;
  const wallNs = raw.bursts.reduce((ns, burst) => ns + burst.wallNs, 0);
  return {
    wanted: raw.wanted,
    result: {
      scenario: { name: plan.scenario.name, sha256: plan.scenario.sha256 },
      seed: plan.seed,
      kernel: raw.release,
      cpus: raw.placed.cpus,
      bursts: {
        kept: raw.bursts.length,
        rejected: raw.rejected,
        foreignPercent: raw.foreignPercent,
        wallNs,
      },
      environmentLines: sum.environment.split('\n').length - 1,
      states: {
        calls: kernel.reduce((calls, { states }) => calls + states.calls, 0),
        distinct: kernel.reduce((count, { states }) => count + states.distinct, 0),
      },
      measured: sum.sum,
      byBurst: sum.bursts,
      simulated,
      calibration:
        before === undefined || after === undefined
          ? null
          : { before, after, spread: spreadOf(before, after) },
      evidence: sum.evidence,
      notes: [...raw.placed.notes, ...notes(raw)],
    },
  };
}

function notes({ plan, bursts, build }: Raw): string[] {
  const found = buildNotes(plan.scenario.machine, build);
  if (!plan.apart) {
    found.push(
      'Several writers change the same lines: only figures that need just the text are measured.',
    );
  }
  if (bursts.some((burst) => burst.endedEarly)) {
    found.push('Some bursts ended early: they ran out of calls, or of memory for texts.');
  }
  return found;
}

async function measured(
  { scenario, options, context }: LiveRequest,
  session: MeasureSession,
): Promise<Raw | Disagreement> {
  const say = (text: string): void => context.messages.note(text);
  const facts = thisKernel();
  const build = thisBuild();
  const burstNs = options.burst ?? BURST_NS;
  const query = queries(scenario, options.strategy);
  if (query.includes(true) && !facts.query) {
    throw new UserError('PROCMAP_QUERY: not in this kernel (needs 6.11)');
  }
  const cpus = allowedCpus();
  const placed = placeTasks(scenario, cpus.length);
  const asked = options.maxForeign ?? FOREIGN_PERCENT;
  const base = options.priority === 'nice' ? -19 : 0;
  const how = {
    placement: onCpus(placed.placement, cpus),
    nice: (own: number) => Math.min(base + own, 19),
    query,
    burstNs,
    passes: options.passes ?? PASSES_MAX,
    textBytes: textRoom(scenario.readers.length),
    foreignPermille: Math.round(asked * 10),
  };
  const prepared = await session.prepare(scenario, { burstNs }, how, say);
  const { plan } = prepared;
  const keep =
    options.keep === undefined ? null : new RecordingWriter(options.keep, context.io.cwd);
  keep?.plan(prepared.text);
  let writer = 0;
  const kernel = await session.states(plan, (frame) => keep?.states(writer++, frame));
  const disagreement = kernel.find((one) => one.disagreement !== null)?.disagreement;
  if (disagreement) return disagreement;
  const wantsCosts = options.costs === 'calibrated' && options.simulate === 'yes';
  const costs = async (): Promise<Calibration[]> => {
    const [first, second = first] = cpus as [number, number?];
    return wantsCosts ? [await calibration(session, first, second)] : [];
  };
  const before = await costs();
  const wanted = options.passes !== undefined ? 1 : Math.ceil((options.for ?? FOR_NS) / burstNs);
  const kept: Burst[] = [];
  const foreign: number[] = [];
  let rejected = 0;
  const gate = options.gate ?? GATE_NS;
  let patienceNs = gate * PATIENCE;
  let firstText: Uint8Array | null = null;
  while (
    kept.length < wanted &&
    kept.length + rejected < Math.max(options.tries ?? TRIES, wanted)
  ) {
    const began = performance.now();
    const gateNs = Math.round(Math.min(gate, patienceNs));
    const frame = await session.harness.ask(`burst ${gateNs}`, 'BURST');
    const burst = readBurst(frame);
    patienceNs = Math.max(0, patienceNs - (performance.now() - began) * 1e6 + burst.wallNs);
    firstText = burst.firstText;
    const percent = burst.foreignPermille / 10;
    if (percent > asked) {
      rejected++;
      foreign.push(percent);
      say(`a burst thrown away: other processes took ${percent.toFixed(0)} % of a CPU`);
      continue;
    }
    keep?.burst(kept.length, frame);
    kept.push(burst);
  }
  // Without a burst nothing is held against the costs, and on a machine so busy they take long.
  const calibrations = [...before, ...(kept.length > 0 ? await costs() : [])];
  const shares = kept.length > 0 ? kept.map((burst) => burst.foreignPermille / 10) : foreign;
  const foreignPercent = shares.reduce((sum, share) => sum + share, 0) / Math.max(shares.length, 1);
  keep?.finish(
    {
      scenario: { name: scenario.name, sha256: scenario.sha256 },
      seed: scenario.seed,
      kernel: facts.release,
      build,
      cpus: cpus.length,
      burstNs,
      query,
      fileLines: prepared.fileLines,
      offsetPages: prepared.offsetPages,
      rejected,
      calibrations: calibrations.map((one) => [...one]),
    },
    { states: kernel.length, bursts: kept.length },
  );
  const release = facts.release;
  return {
    plan,
    kernel,
    release,
    build,
    placed,
    query,
    bursts: kept,
    rejected,
    foreignPercent,
    wanted,
    calibrations,
    firstText,
  };
}

function replayed({ scenario }: LiveRequest, recording: KeptRecording): Raw | Disagreement {
  const { facts } = recording;
  if (facts.scenario.sha256 !== scenario.sha256 || facts.seed !== scenario.seed) {
    throw new UserError(
      `the recording was made with another ${facts.scenario.name}, or with another seed`,
    );
  }
  const own = moved(withFiles(scenario, facts.fileLines), facts.offsetPages);
  const plan = makePlan(own, scenario.seed, new Lines(), { burstNs: facts.burstNs });
  const kernel = recording.states.map((frame) => kernelStates(plan, readStates(frame)));
  const disagreement = kernel.find((one) => one.disagreement !== null)?.disagreement;
  if (disagreement) return disagreement;
  const bursts = recording.bursts.map(readBurst);
  const shares = bursts.map((burst) => burst.foreignPermille / 10);
  return {
    plan,
    kernel,
    release: facts.kernel,
    build: facts.build ?? UNKNOWN_BUILD,
    placed: placeTasks(scenario, facts.cpus),
    query: facts.query,
    bursts,
    rejected: facts.rejected,
    foreignPercent: shares.reduce((sum, share) => sum + share, 0) / Math.max(shares.length, 1),
    wanted: bursts.length,
    calibrations: facts.calibrations.map((pairs) => new Map(pairs)),
    firstText: null,
  };
}

export function onCpus(placement: Placement, cpus: readonly number[]): Placement {
  const real = (list: readonly number[]): number[] => list.map((cpu) => cpus[cpu]!);
  return {
    ...placement,
    writers: real(placement.writers),
    readers: real(placement.readers),
    hogs: real(placement.hogs),
  };
}

/** Which readers walk by queries: those whose own strategy does, or all of them. */
function queries(scenario: Scenario, given: string | undefined): boolean[] {
  const strategies = new Strategies();
  const isQuery = (choice: Choice): boolean =>
    choice.entry !== null && strategies.of(choice).medium === 'query';
  const chosen = given === undefined ? null : chooseStrategy(given);
  return scenario.readers.map((reader) => isQuery(chosen ?? reader.strategy));
}

async function simulate(
  { options }: LiveRequest,
  raw: Raw,
  environment: string,
): Promise<SimulatedSide> {
  const { plan, query } = raw;
  const facts = kernelFacts(raw.release);
  const strategies = query.map((isQuery) => {
    if (options.strategy !== undefined) return chooseStrategy(options.strategy);
    return chooseStrategy(isQuery ? facts.queryStrategy : facts.strategy);
  });
  const names = new Set(strategies.map(({ text }) => text));
  const strategy = names.size === 1 ? [...names][0]! : 'mixed';
  const outcomes: Outcome[] = [];
  let byTimes: SimulatedSide['byTimes'] = null;
  const sets = costSets(options.costs, raw.calibrations);
  for (const costs of sets) {
    const machine = {
      placement: raw.placed.placement,
      cpus: raw.placed.cpus,
      machine: costs,
      build: raw.build,
      strategies,
      passes: options.passes ?? PASSES_MAX,
    };
    const times = new OperationTimes(plan);
    const one = plan.scenario.readers.length === 1 && outcomes.length === 0;
    const run = new TimedRun(simulatedScenario(plan, environment, machine), {
      strategies: new Strategies(),
      seed: plan.seed,
      durationNs: Math.min(SIMULATED_NS, (options.for ?? FOR_NS) / 2),
      maxEvents: PASSES_MAX,
      passes: { reader: null, which: one ? 'all' : 'none' },
      onOperation: (operation) => times.add(operation),
    });
    await driveSlices(run, {
      nowMs: () => performance.now(),
      between: () => {},
      stop: () => false,
    });
    const outcome = run.outcome();
    if (one) byTimes = judgeSimulated(plan, outcome, { environment, times, query: query[0]! });
    outcomes.push({ ...outcome, passes: [] });
  }
  const assumed = options.strategy === undefined ? `${strategy} (assumed from uname -r)` : strategy;
  return { strategy: assumed, costs: options.costs, outcomes, byTimes };
}

function costSets(name: string, calibrations: readonly Calibration[]): CalibratedMachine[] {
  if (name !== 'calibrated') {
    if (!(COST_PRESETS as readonly string[]).includes(name)) {
      throw new UserError(`--costs: it has to be calibrated or one of ${COST_PRESETS.join(', ')}`);
    }
    return [{ costs: { preset: name, overrides: {} }, jitter: null }];
  }
  if (calibrations.length === 0) {
    return [{ costs: { preset: BASE_PRESET, overrides: {} }, jitter: null }];
  }
  return calibrations.map((one) => machineFrom(one, BASE_PRESET, COST_NAMES));
}
