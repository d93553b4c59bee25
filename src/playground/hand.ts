/// <reference lib="dom" />
/** The part "You are the scheduler" of the page: a button for each task, and the steps so far. */
import { byId, fromMarkup, made } from './dom.ts';
import type { Find, SchedulerView, ToWorker } from './messages.ts';

const PLAY_MS = 3000;
const PLAY_STEP_MS = 120;

const FINDS: Readonly<Record<string, Find>> = {
  'find-tear': 'torn',
  'find-retry': 'retry',
  'find-gap': 'falseGaps',
};

function part(id: string): HTMLElement {
  return byId(id, HTMLElement);
}

/** What the buttons of the page ask. */
export function listenToHand(ask: (message: ToWorker) => void, steps: () => number): void {
  for (const [id, find] of Object.entries(FINDS)) {
    part(id).addEventListener('click', () => {
      part('hand-note').textContent = `looking for ${find}`;
      ask({ kind: 'find', find });
    });
  }
  part('undo').addEventListener('click', () => ask({ kind: 'back', steps: 1 }));
  part('restart').addEventListener('click', () => ask({ kind: 'back', steps: steps() }));
  const select = byId('hand-strategy', HTMLSelectElement);
  select.addEventListener('change', () => ask({ kind: 'strategy', strategy: select.value }));
}

export function showHand(view: SchedulerView, ask: (message: ToWorker) => void): void {
  const select = byId('hand-strategy', HTMLSelectElement);
  const options = view.strategies.map((name) => made('option', { value: name }, name));
  select.replaceChildren(...options);
  select.value = view.strategy === '' ? (view.strategies[0] ?? '') : view.strategy;
  showTasks(view, ask);
  part('hand').dataset.steps = String(view.steps);
  part('hand-note').textContent = view.note;
  byId('undo', HTMLButtonElement).disabled = view.steps === 0;
  byId('restart', HTMLButtonElement).disabled = view.steps === 0;
  part('hand-text').replaceChildren(...textsOf(view));
  part('hand-state').textContent = view.state;
  const steps = part('hand-steps');
  steps.replaceChildren(fromMarkup(view.markup));
  const section = steps.querySelector('.steppable');
  if (section !== null) stepThrough(section, view.plays);
}

/** The buttons stay the same elements, so that the focus stays where it is. */
function showTasks({ tasks }: SchedulerView, ask: (message: ToWorker) => void): void {
  const place = part('tasks');
  if (place.children.length !== tasks.length) {
    const buttons = tasks.map((_, task) => {
      const button = made('button', { type: 'button', class: 'task' });
      button.addEventListener('click', () => ask({ kind: 'take', task }));
      return button;
    });
    place.replaceChildren(...buttons);
  }
  for (const [i, { name, kind, next, about }] of tasks.entries()) {
    const button = place.children[i];
    if (!(button instanceof HTMLButtonElement)) continue;
    button.disabled = next === null;
    button.replaceChildren(
      made('b', {}, `let ${kind} ${name} move`),
      made('span', {}, next === null ? '' : made('code', {}, next), ` ${about}`),
    );
  }
}

function textsOf({ printed, lastText }: SchedulerView): HTMLElement[] {
  if (lastText !== null && printed.every(({ text }) => text === '' || text === lastText.text)) {
    return [made('pre', { tabindex: '0', class: 'whole' }, lastText.text)];
  }
  return printed.map(({ reader, text }) =>
    made('pre', { tabindex: '0', 'aria-label': reader }, text === '' ? '(nothing yet)\n' : text),
  );
}

/** The slider and the arrows of the steps; the same that reports have. */
function stepThrough(section: Element, plays: boolean): void {
  const rows = [...section.querySelectorAll<HTMLElement>('tr[data-say]')];
  const lines = [...section.querySelectorAll<HTMLElement>('.line[data-row]')];
  const slider = section.querySelector('input');
  const nav = section.querySelector('nav');
  const say = section.querySelector('.say');
  if (slider === null || nav === null || say === null || rows.length === 0) return;
  nav.hidden = false;
  let timer = 0;
  const go = (wanted: number): void => {
    const at = Math.max(0, Math.min(rows.length - 1, wanted));
    slider.value = String(at);
    rows.forEach((row, i) => {
      row.classList.toggle('off', i > at);
      row.classList.toggle('now', i === at);
    });
    for (const line of lines) line.classList.toggle('off', Number(line.dataset.row) > at);
    const box = rows[at]!.closest('.scroll');
    if (box !== null) box.scrollTop = rows[at]!.offsetTop - box.clientHeight / 2;
    const text = `Step ${at + 1} of ${rows.length}. ${rows[at]!.dataset.say}`;
    say.textContent = text;
    slider.setAttribute('aria-valuetext', text);
  };
  const move = (to: number): void => {
    clearInterval(timer);
    go(to);
  };
  const here = (): number => Number(slider.value);
  const [back, next, key] = nav.querySelectorAll('button');
  slider.addEventListener('input', () => move(here()));
  back?.addEventListener('click', () => move(here() - 1));
  next?.addEventListener('click', () => move(here() + 1));
  key?.addEventListener('click', () => {
    const found = rows.findIndex((row, i) => i > here() && row.dataset.key !== undefined);
    move(Math.max(found, 0));
  });
  section.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || event.target === slider) return;
    if (event.key === 'ArrowRight') move(here() + 1);
    if (event.key === 'ArrowLeft') move(here() - 1);
  });
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (!plays || still) {
    go(rows.length - 1);
    return;
  }
  go(0);
  timer = window.setInterval(
    () => {
      // The section may have been replaced meanwhile.
      if (!section.isConnected || here() >= rows.length - 1) clearInterval(timer);
      else go(here() + 1);
    },
    Math.min(PLAY_STEP_MS, PLAY_MS / rows.length),
  );
}
