/**
 * `import type { StrategyFile } from 'mapsim/strategy'`: the types for authors of strategy files
 * (`--strategy=./mine.mjs`). A strategy file exports by default a function of the kit that returns
 * the strategy; CONTRIBUTING.md says what each hook is for.
 */

export type { ReaderStep, Strategy } from './proc/reader.ts';
export type { StrategyFile, StrategyKit } from './readers/kit.ts';
