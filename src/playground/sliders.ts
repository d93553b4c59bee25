/// <reference lib="dom" />
/** The sliders of the page: converts positions to values of a scenario and to labels, and back. */
import { leastOf } from '../base/extremes.ts';
import { durationWords } from '../report/pictures/sentences.ts';
import { byId, settled } from './dom.ts';
import { type Edit, KNOBS, type Knob, type Knobs } from './knobs.ts';

/** From 100 ns to 10 ms, ten a decade, two digits each; before them 0. */
const PAUSES = [
  0,
  ...Array.from({ length: 51 }, (_, i) => Number((100 * 10 ** (i / 10)).toPrecision(2))),
];

const VALUES: Readonly<Record<Knob, readonly number[]>> = {
  pause: PAUSES,
  vmas: [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 64, 100, 129, 200, 400, 1000, 2000, 5000],
  buffer: [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536],
  cpus: [1, 2, 3, 4, 5, 6, 7, 8],
};

function words(knob: Knob, value: number): string {
  if (knob === 'pause') return value === 0 ? 'none' : durationWords(value);
  if (knob === 'buffer') return value % 1024 === 0 ? `${value / 1024}k` : String(value);
  return String(value);
}

function nearestPlace(knob: Knob, value: number): number {
  const apart = VALUES[knob].map((each) => Math.abs(Math.log((each + 1) / (value + 1))));
  return apart.indexOf(leastOf(apart));
}

export function listenToSliders(change: (edit: Edit) => void, limit: (n: number) => void): void {
  for (const knob of KNOBS) {
    const slider = byId(knob, HTMLInputElement);
    slider.max = String(VALUES[knob].length - 1);
    const value = (): number => VALUES[knob][Number(slider.value)]!;
    const moved = settled(150, () => change({ knob, value: value() }));
    slider.addEventListener('input', () => {
      tell(slider, words(knob, value()));
      moved();
    });
  }
  const n = byId('limit', HTMLInputElement);
  const moved = settled(150, () => limit(Number(n.value)));
  n.addEventListener('input', () => {
    tell(n, n.value);
    moved();
  });
}

/** @param n of the strategies; null: none of them has one */
export function showSliders(knobs: Knobs, n: number | null): void {
  for (const knob of KNOBS) {
    const value = knobs[knob];
    const place = value === null ? null : nearestPlace(knob, value);
    put(knob, place, value === null ? '' : words(knob, value));
  }
  showLimit(n);
}

export function showLimit(n: number | null): void {
  put('limit', n, n === null ? '' : String(n));
}

function put(id: string, place: number | null, text: string): void {
  const slider = byId(id, HTMLInputElement);
  slider.disabled = place === null;
  if (place !== null) slider.value = String(place);
  tell(
    slider,
    place === null ? (id === 'limit' ? 'no strategy with N' : 'not in this scenario') : text,
  );
}

function tell(slider: HTMLInputElement, text: string): void {
  slider.setAttribute('aria-valuetext', text);
  byId(`${slider.id}-value`, HTMLOutputElement).value = text;
}
