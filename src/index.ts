/**
 * `import { load, run } from 'mapsim'`: the simulator without the command line. It needs no module
 * of Node, so it runs in a browser too. For the same scenario, seed and strategy, `report()` of a
 * result returns the bytes that the command of the same name prints.
 *
 * Times are whole ns of simulated time. Sizes are bytes, unless a name says pages. Addresses in
 * texts are hexadecimal as in /proc/PID/maps. Every function is synchronous. An error that the
 * caller can correct is thrown as a UserError; faults of a scenario are thrown as a ScenarioError.
 */

export { UserError } from './base/errors.ts';
export type { Summary } from './base/statistics.ts';
export type { CheckFinding, FindingKind } from './check/text-checker.ts';
export type {
  Cell,
  Comparison,
  Group,
  MetricDifference,
  MetricTable,
} from './compare/comparison.ts';
export type { RunSummary } from './compare/record.ts';
export type { CompareResult, Judgement, ScenarioResult } from './compare/result.ts';
export { type Checked, type CheckOptions, check } from './library/check.ts';
export type { PassChoice } from './library/checks.ts';
export {
  type Compared,
  type CompareFormatName,
  type CompareOptions,
  compare,
} from './library/compare.ts';
export type { SearchLimits } from './library/limits.ts';
export { type RunFormat, type RunOptions, type RunResult, run } from './library/run.ts';
export {
  type LoadedScenario as Scenario,
  type LoadOptions,
  load,
  ScenarioError,
} from './library/scenario.ts';
export {
  type Census,
  type CensusOptions,
  census,
  type Explored,
  type ExploreOptions,
  explore,
  type ReplayOptions,
  type ReplayResult,
  replay,
  type SearchFormat,
} from './library/search.ts';
export type { StrategyArgument } from './library/strategies.ts';
export type { StrategyFile, StrategyKit } from './readers/kit.ts';
export type { FailOnVerdict } from './report/verdict.ts';
export type { Fault } from './scenario/load/faults.ts';
export type {
  Course,
  Finding,
  Gap,
  MarkedLine,
  MarkedText,
  PossibleText,
  ScheduleStep,
  SearchBound,
  SearchOutcome,
} from './search/search-outcome.ts';
export type {
  CounterKey,
  Counters,
  EndReason,
  KernelFaultReport,
  Outcome,
  PassRecord,
  ReaderOutcome,
  StarvedPass,
  StepStack,
  Tearing,
  TearingKey,
  WriterOutcome,
} from './world/outcome.ts';
