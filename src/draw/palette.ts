/**
 * The style sheet of all pictures: colours and fonts, for light and dark screens and for print.
 *
 * A colour stands for a piece of a text (in plots for a strategy); red marks a fault. A hatch is
 * waiting. The hues were chosen so that people with colour vision deficiencies can distinguish any
 * two (OKLab distance of at least 12.6), and neighbours also differ in a greyscale print.
 */

/** Pieces and strategies take these in turn: classes k0 … k5. */
export const HUES = 6;

const LIGHT = {
  bg: '#ffffff',
  ink: '#1b1f24',
  mute: '#5d6672',
  rule: '#d5dae1',
  soft: '#f2f4f7',
  lock: '#3c434d',
  bad: '#c51f15',
  grey: '#98a1ad',
  s0: '#658eee',
  s1: '#13756f',
  s2: '#c48835',
  s3: '#6c0f4e',
  s4: '#4b6075',
  s5: '#a3408d',
  tint: '.13',
} as const;

const DARK = {
  bg: '#14171b',
  ink: '#e8eaed',
  mute: '#a2abb7',
  rule: '#343b45',
  soft: '#1d2127',
  lock: '#c3cad4',
  bad: '#ff5a3d',
  grey: '#6c7684',
  s0: '#1699fd',
  s1: '#4ae8d7',
  s2: '#fab740',
  s3: '#c07fa8',
  s4: '#9fb4c8',
  s5: '#e88fd2',
  tint: '.17',
} as const;

const PRINT = { ...LIGHT, ink: '#000000', mute: '#444444', rule: '#bbbbbb', lock: '#333333' };

function variables(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** The variables, for the element that this selector names. */
export function themeCss(selector: string): string {
  return (
    `${selector}{color-scheme:light dark;${variables(LIGHT)}}` +
    `@media(prefers-color-scheme:dark){${selector}{${variables(DARK)}}}` +
    `@media print{${selector}{color-scheme:light;${variables(PRINT)}}}`
  );
}

export const SANS = 'system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif';
export const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';

/** Sizes in px of the classes below. */
export const SIZE = {
  text: 11.5,
  small: 10.5,
  mono: 10.4,
  head: 12,
  title: 17,
  sub: 12.5,
} as const;

/** What the marks look like; needs the variables. */
export function markCss(): string {
  const hues = Array.from({ length: HUES }, (_, i) => `.ms .k${i}{--k:var(--s${i})}`).join('');
  return [
    `.ms{font-family:${SANS}}`,
    `.ms text{fill:var(--ink);font-size:${SIZE.text}px;white-space:pre}`,
    `.ms .m{font-family:${MONO};font-size:${SIZE.mono}px}`,
    `.ms .h{font-size:${SIZE.title}px;font-weight:650}`,
    `.ms .sub{font-size:${SIZE.sub}px;fill:var(--mute)}`,
    `.ms .c{font-size:${SIZE.small}px;fill:var(--mute)}`,
    `.ms .col{font-size:${SIZE.head}px;font-weight:650}`,
    '.ms .mu{fill:var(--mute)}.ms .b{font-weight:650}.ms text.badt{fill:var(--bad);font-weight:650}',
    '.ms .r{text-anchor:end}.ms .mid{text-anchor:middle}',
    `${hues}.ms .kg{--k:var(--grey)}`,
    '.ms .bg{fill:var(--bg)}.ms .fill{fill:var(--k)}.ms .tint{fill:var(--k);fill-opacity:var(--tint)}',
    '.ms .strong{fill:var(--k);fill-opacity:.32;stroke:var(--k);stroke-width:.7}',
    '.ms .line{stroke:var(--k);fill:none}.ms text.lab{fill:var(--k);font-weight:700}',
    '.ms .thin{stroke-width:1.2;opacity:.55}.ms .thick{stroke-width:5}',
    '.ms .rule{stroke:var(--rule);fill:none}.ms .soft{fill:var(--soft)}',
    '.ms .bad{stroke:var(--bad);fill:none;stroke-width:1.8}.ms .badf{fill:var(--bad)}',
    '.ms .dash{stroke-dasharray:6 4}.ms .halo{stroke:var(--bg);fill:none;stroke-width:6}',
    '.ms .lock{fill:var(--lock)}.ms .inkl{stroke:var(--ink);fill:none;stroke-width:1.5}',
    '.ms .hatch{stroke:var(--mute);stroke-width:1;fill:none}',
    '.ms .box{stroke:var(--mute);stroke-width:.8;fill:var(--bg)}',
    '.ms .hatchb{stroke:var(--bad);stroke-width:1;fill:none}',
    '.ms .boxb{stroke:var(--bad);stroke-width:1;fill:var(--bg)}',
    '.ms .ring{stroke:var(--k);fill:var(--bg);stroke-width:1.4}.ms .none{fill:var(--rule)}',
    '.ms .iv{stroke:var(--k);stroke-width:5;stroke-linecap:round;opacity:.55}',
    '.ms .pt{fill:var(--k);stroke:var(--bg);stroke-width:1}.ms .torn{stroke:var(--bad);stroke-width:2.5}',
    '.ms .dots{fill:var(--k);opacity:.45}.ms .ln{stroke:var(--k);fill:none;stroke-width:1.8}',
    '.ms .band{fill:var(--k);opacity:.14}',
  ].join('');
}

/** The style of a picture that is a file of its own. */
export function standaloneStyle(): string {
  return `<style>${themeCss('svg.ms')}${markCss()}</style>`;
}

/** The class of a piece (or strategy) by its number in order of appearance; null: it has none. */
export function hue(index: number | null, of = 4): string {
  return index === null ? 'kg' : `k${index % of}`;
}
