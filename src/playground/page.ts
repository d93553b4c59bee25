/// <reference lib="dom" />
/**
 * The page: its state, and a worker that computes what it shows. Every change ends the worker and
 * starts a new one, so that the page never shows results of an earlier text, and no run blocks it.
 */

import { compareCommand, replayCommand, runCommands, stepCommand } from './commands.ts';
import { byId, made, settled } from './dom.ts';
import { fragmentOf, readFragment, type Shared } from './fragment.ts';
import { listenToHand, showHand } from './hand.ts';
import { type Edit, limitOf, withLimit } from './knobs.ts';
import type { FromWorker, Given, SchedulerView, ToWorker } from './messages.ts';
import { PRESETS } from './presets.ts';
import {
  clearResults,
  showColumns,
  showIntervals,
  showLanes,
  showText,
  showTorn,
} from './results.ts';
import { listenToSliders, showLimit, showSliders } from './sliders.ts';
import type { StartData } from './start-data.ts';

/** Deflated code of this page, in base64. */
async function codeOf(id: string): Promise<Blob> {
  const base64 = byId(id, HTMLScriptElement).textContent ?? '';
  const bytes = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).blob();
}

/**
 * A worker's program: the core, behind the YAML parser where the text needs it. One Blob, since a
 * worker of a page that was opened from disk may load no other.
 */
async function programUrl(withYaml: boolean): Promise<string> {
  core ??= codeOf('mapsim-core');
  if (withYaml) yaml ??= codeOf('mapsim-yaml');
  const parts = withYaml ? [await yaml!, '\n', await core] : [await core];
  return URL.createObjectURL(new Blob(parts, { type: 'text/javascript' }));
}

const data: StartData = JSON.parse(byId('mapsim-start', HTMLScriptElement).textContent ?? '');
let core: Promise<Blob> | null = null;
let yaml: Promise<Blob> | null = null;
let later: Promise<Blob> | null = null;
const programs = new Map<boolean, Promise<string>>();

const textarea = byId('text', HTMLTextAreaElement);
const strategiesInput = byId('strategies', HTMLInputElement);
const seedInput = byId('seed', HTMLInputElement);
const stop = byId('stop', HTMLButtonElement);
const status = byId('status', HTMLElement);

/** The scenario that the text was at first, as the command line names it. */
let source: { readonly name: string; readonly given: Given } | null = null;
let worker: Worker | null = null;
/** The text that it was given. */
let ranText = '';
/** Runs that were asked for: answers of earlier ones are not heard. */
let asked = 0;
let names: readonly string[] = [];
let hand: SchedulerView | null = null;
/** Of the address, until the worker has followed it. */
let wanted: Shared['scheduler'] = { strategy: '', schedule: '' };
let compared: { readonly seeds: number; readonly durationNs: number } | null = null;

/** A text that the command line is given ends its last line. */
function textNow(): string {
  const { value } = textarea;
  return value === '' || value.endsWith('\n') ? value : `${value}\n`;
}

/** What a slider made of the text; what has been typed since then is not taken back. */
function putText(text: string): void {
  if (text !== ranText && textNow() === ranText) textarea.value = text;
}

function isAsGiven(): boolean {
  return source !== null && textNow() === source.given.text && source.name !== '-';
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function givenNow(): Given {
  if (source === null) return { path: 'scenario.yaml', text: textNow(), files: {} };
  const { given } = source;
  const folder = given.path.replace(/[^/]*$/, '');
  const path = isAsGiven() ? given.path : `${folder}scenario.yaml`;
  return { ...given, path, text: textNow() };
}

async function run(edit: Edit | null = null): Promise<void> {
  const number = ++asked;
  worker?.terminate();
  worker = null;
  const given = givenNow();
  ranText = given.text;
  const withYaml = edit !== null || !isJson(given.text);
  const program = programs.get(withYaml) ?? programUrl(withYaml);
  programs.set(withYaml, program);
  const url = await program;
  if (number !== asked) return;
  status.textContent = 'runs';
  stop.disabled = false;
  const next = new Worker(url);
  worker = next;
  next.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => {
    if (worker !== next) return;
    if (message.kind === 'wants-later') void sendLater(next);
    else heard(message);
  });
  next.addEventListener('error', (event) => {
    event.preventDefault();
    if (worker === next) status.textContent = `a bug in mapsim: ${event.message}`;
  });
  ask({
    kind: 'run',
    given,
    edit,
    strategies: strategiesInput.value,
    seed: seedInput.value.trim(),
    scheduler: wanted,
  });
}

/** What comes after the first counts is decoded after them. */
async function sendLater(to: Worker): Promise<void> {
  later ??= codeOf('mapsim-later');
  to.postMessage({ kind: 'later', code: await later } satisfies ToWorker);
}

function ask(message: ToWorker): void {
  worker?.postMessage(message);
}

function heard(message: Exclude<FromWorker, { readonly kind: 'wants-later' }>): void {
  switch (message.kind) {
    case 'loaded':
      putText(message.text);
      ({ strategies: names } = message);
      showFaults('', []);
      byId('about', HTMLElement).textContent = message.about;
      showNotes(message.notes);
      showSliders(message.knobs, limitOf(strategiesInput.value));
      clearResults();
      compared = null;
      share();
      break;
    case 'faults':
      putText(message.text);
      showFaults('', message.faults);
      idle('the scenario has faults; nothing was run');
      break;
    case 'error':
      if (message.where === 'strategies') showFaults(message.message, []);
      idle(message.message);
      break;
    case 'columns':
      showColumns(message.columns);
      break;
    case 'text':
      showText(message.text);
      break;
    case 'lanes':
      showLanes(message.markup);
      break;
    case 'torn':
      showTorn(message.strategy, message.markup);
      break;
    case 'intervals':
      showIntervals(message.table);
      compared = message.table;
      showCommands();
      break;
    case 'scheduler':
      hand = message.view;
      wanted = { strategy: hand.strategy, schedule: hand.steps === 0 ? '' : hand.schedule };
      showHand(hand, ask);
      share();
      break;
    case 'searching':
      byId('hand-note', HTMLElement).textContent = message.note;
      break;
    case 'idle':
      idle(message.stopped ? 'stopped' : 'done');
  }
}

function idle(text: string): void {
  status.textContent = text;
  stop.disabled = true;
}

function showNotes(notes: readonly string[]): void {
  byId('notes', HTMLElement).replaceChildren(...notes.map((note) => made('p', {}, note)));
}

/** Faults at their places: each leads to it. */
function showFaults(
  strategies: string,
  faults: readonly { readonly line: number; readonly column: number; readonly text: string }[],
): void {
  textarea.setAttribute('aria-invalid', String(faults.length > 0));
  strategiesInput.setAttribute('aria-invalid', String(strategies !== ''));
  byId('strategies-fault', HTMLElement).textContent = strategies;
  const shown = faults.slice(0, 20).map(({ line, column, text }) => {
    const button = made('button', { type: 'button' }, `to line ${line}, column ${column}`);
    button.addEventListener('click', () => goTo(line, column));
    return made('li', {}, made('pre', {}, text), button);
  });
  byId('faults', HTMLElement).replaceChildren(...shown);
}

function goTo(line: number, column: number): void {
  const lines = textarea.value.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const at = before + column - 1;
  textarea.focus();
  textarea.setSelectionRange(at, Math.max(at + 1, before + (lines[line - 1] ?? '').length));
}

function commandScenario(): { readonly scenario: string | null; readonly text: string } {
  return { scenario: isAsGiven() ? source!.name : null, text: textNow() };
}

function showCommands(): void {
  const shown = { ...commandScenario(), strategies: names, seed: seedInput.value.trim() };
  const lines = [runCommands(shown)];
  if (compared !== null) lines.push(compareCommand(shown, compared));
  byId('commands', HTMLElement).textContent = `${lines.join('\n')}\n`;
  const strategy = hand?.strategy || (names[0] ?? '');
  byId('replay-command', HTMLElement).textContent =
    hand === null || hand.steps === 0
      ? stepCommand(shown, strategy)
      : replayCommand(shown, { strategy, schedule: hand.schedule });
}

const putAddress = settled(200, () => {
  const { scenario, text } = commandScenario();
  const shared: Shared = {
    scenario,
    text: scenario === null ? text : null,
    seed: seedInput.value.trim(),
    strategies: strategiesInput.value,
    scheduler: wanted,
  };
  void fragmentOf(shared).then((address) => history.replaceState(null, '', `#${address}`));
});

/** The address and the command lines say what is shown. */
function share(): void {
  showCommands();
  putAddress();
}

function scenarioOf(name: string): (typeof data)['scenarios'][number] | null {
  return data.scenarios.find((each) => each.name === name) ?? null;
}

function begin(name: string, strategies: string): void {
  const scenario = scenarioOf(name)!;
  source = scenario;
  textarea.value = scenario.given.text;
  strategiesInput.value = strategies;
  wanted = { strategy: '', schedule: '' };
  hand = null;
  showPreset(name);
}

function showPreset(name: string | null): void {
  const preset = PRESETS.find((each) => `@playground/${each.name}` === name);
  byId('look', HTMLElement).textContent = preset?.look ?? '';
  for (const button of document.querySelectorAll('.presets button')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-name') === name));
  }
}

/** What the address holds; otherwise what the command was given; otherwise the first preset. */
async function beginByAddress(): Promise<void> {
  const fragment = location.hash.slice(1);
  const [first] = PRESETS;
  const otherwise = (): void => {
    if (data.start !== null) begin(data.start.name, data.start.strategies);
    else begin(`@playground/${first!.name}`, first!.strategies);
  };
  byId('address-fault', HTMLElement).textContent = '';
  if (fragment === '') otherwise();
  else {
    try {
      const shared = await readFragment(fragment);
      const found = shared.scenario === null ? null : scenarioOf(shared.scenario);
      if (shared.scenario !== null && found === null) {
        throw new Error(`this page has no scenario ${shared.scenario}`);
      }
      source = found;
      textarea.value = found?.given.text ?? shared.text!;
      strategiesInput.value = shared.strategies;
      seedInput.value = shared.seed;
      wanted = shared.scheduler;
      showPreset(shared.scenario);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      byId('address-fault', HTMLElement).textContent = `The address cannot be read: ${why}.`;
      otherwise();
    }
  }
  await run();
}

function listen(): void {
  for (const button of document.querySelectorAll('.presets button')) {
    button.addEventListener('click', () => {
      const name = button.getAttribute('data-name') ?? '';
      const preset = PRESETS.find((each) => `@playground/${each.name}` === name);
      begin(name, preset?.strategies ?? data.start?.strategies ?? '');
      void run();
    });
  }
  const changed = settled(400, () => {
    wanted = { ...wanted, schedule: '' };
    void run();
  });
  for (const field of [textarea, strategiesInput, seedInput]) {
    field.addEventListener('input', changed);
  }
  listenToSliders(
    (edit) => {
      wanted = { ...wanted, schedule: '' };
      void run(edit);
    },
    (n) => {
      strategiesInput.value = withLimit(strategiesInput.value, n);
      wanted = { strategy: '', schedule: '' };
      showLimit(n);
      void run();
    },
  );
  listenToHand(ask, () => hand?.steps ?? 0);
  stop.addEventListener('click', () => ask({ kind: 'stop' }));
  addEventListener('hashchange', () => void beginByAddress());
}

listen();
void beginByAddress();
