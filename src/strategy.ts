/**
 * `import type { StrategyFile } from 'mapsim/strategy'`: the types for authors of strategy files
 * (`--strategy=./mine.mjs`). The default export of a strategy file is a function that receives the
 * kit and returns the strategy. The type `Strategy` describes the hooks; CONTRIBUTING.md has an
 * example.
 */

export type { ReaderStep, Strategy } from './proc/reader.ts';
export type { StrategyFile, StrategyKit } from './readers/kit.ts';
