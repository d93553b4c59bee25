import { expect, test } from 'vitest';
import { wantsColor } from '../../src/cli/color.ts';
import { Sink } from './support.ts';

const terminal = new Sink(true);
const pipe = new Sink(false);

test('color: a terminal gets it, a pipe does not', () => {
  expect(wantsColor('auto', {}, terminal)).toBe(true);
  expect(wantsColor('auto', {}, pipe)).toBe(false);
});

test('color: --color comes before everything', () => {
  const all = { NO_COLOR: '1', FORCE_COLOR: '1', CLICOLOR_FORCE: '1', TERM: 'dumb' };

  expect(wantsColor('always', all, pipe)).toBe(true);
  expect(wantsColor('never', all, terminal)).toBe(false);
});

test('color: NO_COLOR comes before FORCE_COLOR, unless it is empty', () => {
  expect(wantsColor('auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, terminal)).toBe(false);
  expect(wantsColor('auto', { NO_COLOR: '0' }, terminal)).toBe(false);
  expect(wantsColor('auto', { NO_COLOR: '', FORCE_COLOR: '1' }, pipe)).toBe(true);
  expect(wantsColor('auto', { NO_COLOR: '' }, terminal)).toBe(true);
});

test('color: FORCE_COLOR comes before CLICOLOR_FORCE; 0 and false are a no', () => {
  expect(wantsColor('auto', { FORCE_COLOR: '3' }, pipe)).toBe(true);
  expect(wantsColor('auto', { FORCE_COLOR: '0', CLICOLOR_FORCE: '1' }, terminal)).toBe(false);
  expect(wantsColor('auto', { FORCE_COLOR: 'false' }, terminal)).toBe(false);
  expect(wantsColor('auto', { FORCE_COLOR: '' }, pipe)).toBe(false);
  expect(wantsColor('auto', { FORCE_COLOR: '' }, terminal)).toBe(true);
});

test('color: CLICOLOR_FORCE comes before TERM=dumb, which comes before the terminal', () => {
  expect(wantsColor('auto', { CLICOLOR_FORCE: '1', TERM: 'dumb' }, pipe)).toBe(true);
  expect(wantsColor('auto', { CLICOLOR_FORCE: '0' }, pipe)).toBe(false);
  expect(wantsColor('auto', { TERM: 'dumb' }, terminal)).toBe(false);
});
