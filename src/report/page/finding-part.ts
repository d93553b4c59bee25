/**
 * The part of a page for a schedule of a search: a column for each task, the current state between
 * the columns, and beside each line of the text the states that contain it. A small script shows
 * one step at a time; without the script all steps are visible.
 */
import { counted } from '../../base/counted.ts';
import { readable } from '../../base/latin1.ts';
import { hue } from '../../draw/palette.ts';
import { element, escapeXml, label, coordinate as n, type Picture, path } from '../../draw/svg.ts';
import { sharedPrefix, shorten, stepLabel } from '../interleaving.ts';
import type { CourseDocument, SearchDocument, TextDocument } from './documents.ts';
import { figure } from './html.ts';

/** One row: a step with an effect, or steps of one task that only moved on. */
interface StepRow {
  readonly task: number;
  readonly name: string;
  readonly effects: readonly string[];
  readonly count: number;
  /** Steps that lie before it. */
  readonly from: number;
  /** How many write sections have ended, with this row. */
  readonly state: number;
  readonly open: boolean;
  readonly commits: boolean;
  readonly fails: boolean;
  /** It prints a line. */
  readonly prints: boolean;
}

interface FindingHead {
  readonly title: string;
  readonly lead: string;
  readonly tasks: SearchDocument['tasks'];
}

export const FINDING_CSS =
  '.steps{border-collapse:collapse;width:100%;font-size:12px}.steps th{text-align:left;padding:.2rem .5rem;font-weight:650}' +
  '.steps td{padding:.15rem .5rem;vertical-align:top;text-align:left;border-top:1px solid var(--soft);overflow-wrap:anywhere}.steps td.fold{color:var(--mute)}' +
  '.steps td.strip{width:34px;background:color-mix(in srgb,var(--k) 30%,var(--bg));border-left:4px solid var(--k);font-weight:650;text-align:center;border-top-color:transparent}' +
  '.steps td.open{background:repeating-linear-gradient(45deg,var(--k) 0 2px,transparent 2px 7px)}.steps .fails .step{color:var(--bad)}' +
  '.steps .fails .step::before{content:"✕ "}.steps .now .step{outline:2px solid var(--s0);outline-offset:-1px}.off{opacity:.16}' +
  Array.from({ length: 4 }, (_, i) => `.k${i}{--k:var(--s${i})}`).join('') +
  '.kg{--k:var(--grey)}.finding{display:grid;grid-template-columns:minmax(0,6fr) minmax(0,5fr);gap:1.5rem;align-items:start}' +
  '@media(max-width:900px){.finding{grid-template-columns:minmax(0,1fr)}}.finding>*{min-width:0}' +
  '.stepper{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;position:sticky;top:0;background:var(--bg);padding:.4rem 0;z-index:1}' +
  '.stepper[hidden]{display:none}.stepper input{flex:1;min-width:6rem}.say{min-height:2.8em;margin:.2rem 0 .6rem}' +
  '.line{height:26px;line-height:26px;white-space:nowrap;box-sizing:border-box;border-left:4px solid var(--k);background:color-mix(in srgb,var(--k) 15%,var(--bg));padding:0 .5rem}' +
  '.line.cut{border-top:2px solid var(--bad)}.text{display:flex;gap:.4rem;overflow-x:auto;max-width:100%}.text figure{margin:0;flex:none}.lines{padding-top:18px}' +
  '.steps .loop td{color:var(--bad);font-weight:650}body{max-width:1180px}.paper{display:none}' +
  // On paper, six pages at most: steps of the first finding that say something, the text of others.
  '@media print{.steps tbody tr:not([data-key]):not(.loop),.steppable~.steppable .finding>.scroll,.steppable:nth-of-type(n+13){display:none}' +
  '.steppable~.steppable .finding{display:block}.steppable>.lead:last-child{display:none}.steppable:first-of-type>.lead:last-child,.paper{display:block}' +
  '.finding{gap:.6rem}.steppable{break-inside:avoid}.steps{font-size:10px}}';

/** What paper has of findings. */
const ON_PAPER =
  'On paper: of the first finding the steps that print a line, commit or fail, of the others the text; of more than twelve the first twelve.';

/** Steps through the rows of every finding of a page; arrows work wherever the focus is in it. */
export const FINDING_SCRIPT = `for(const f of document.querySelectorAll('.steppable')){const r=[...f.querySelectorAll('tr[data-say]')],l=[...f.querySelectorAll('.line[data-row]')],s=f.querySelector('input'),y=f.querySelector('.say'),nav=f.querySelector('nav');nav.hidden=false;
const go=(i,u)=>{i=Math.max(0,Math.min(r.length-1,i));s.value=i;r.forEach((e,j)=>{e.classList.toggle('off',j>i);e.classList.toggle('now',j===i)});l.forEach(e=>e.classList.toggle('off',+e.dataset.row>i));const t='Step '+(i+1)+' of '+r.length+'. '+r[i].dataset.say;y.textContent=t;s.setAttribute('aria-valuetext',t);if(u)r[i].scrollIntoView({block:'nearest'})};
const next=()=>{for(let i=+s.value+1;i<r.length;i++)if(r[i].dataset.key)return go(i,1);go(0,1)};
s.oninput=()=>go(+s.value,1);const b=nav.querySelectorAll('button');b[0].onclick=()=>go(+s.value-1,1);b[1].onclick=()=>go(+s.value+1,1);b[2].onclick=next;
f.addEventListener('keydown',e=>{if(e.target===s)return;if(e.key==='ArrowRight')go(+s.value+1,1);if(e.key==='ArrowLeft')go(+s.value-1,1)});go(r.length-1,0)}`;

export function findingPart(head: FindingHead, course: CourseDocument, name: string): string {
  const rows = rowsOf(course);
  const texts = course.texts;
  const text = texts.at(-1) ?? null;
  const prefix = sharedPrefix(rows.flatMap(({ effects }) => effects));
  const columns = columnsOf(head.tasks, course);
  const colours = text === null ? [] : coloursOf(text);
  const hint = prefix === '' ? '' : ` Addresses: ${prefix}… is left out.`;
  const ends = [
    course.fault === null
      ? ''
      : `<p class="bad">${escapeXml(`${course.fault.kind}: ${course.fault.message}`)}</p>`,
    course.deadlock ? '<p class="bad">deadlock: no task can go on</p>' : '',
  ].join('');
  return [
    `<section class="steppable"><h2>${escapeXml(head.title)}</h2><p class="lead">${head.lead}${hint}</p>`,
    name.endsWith('0') ? `<p class="lead paper">${ON_PAPER}</p>` : '',
    stepper(rows.length),
    `<div class="finding"><div class="scroll" tabindex="0">${stepTable(head.tasks, columns, rows, { course, prefix, colours })}${ends}</div>`,
    text === null ? '<div></div>' : textMarkup(text, rows, colours, name),
    '</div><p class="lead">How to read it: time runs down. A line has a bead in each state that contains it; two beads are joined if the lines also follow each other in this state. The text is whole if one column is joined from top to bottom.</p></section>',
  ].join('\n');
}

function stepper(count: number): string {
  return `<nav class="stepper" aria-label="steps" hidden><button type="button" aria-label="step back">◀</button><input type="range" min="0" max="${count - 1}" value="${count - 1}" aria-label="step"><button type="button" aria-label="next step">▶</button><button type="button">next line, commit or failure</button></nav><p class="say script" role="status" aria-live="polite"></p>`;
}

function rowsOf({ steps }: CourseDocument): StepRow[] {
  const rows: StepRow[] = [];
  let state = 0;
  let open = false;
  for (const [from, { task, name, effects }] of steps.entries()) {
    const moves = effects.flatMap((text) => /^mm_lock_seq \d+ -> (\d+)/.exec(text)?.[1] ?? []);
    const commits = moves.some((to) => Number(to) % 2 === 0);
    if (moves.length > 0) open = !commits;
    if (commits) state++;
    const last = rows.at(-1);
    if (effects.length === 0 && last?.task === task && last.effects.length === 0) {
      rows[rows.length - 1] = { ...last, name, count: last.count + 1 };
      continue;
    }
    const fails = effects.some((text) => text.startsWith('fails:'));
    const prints = effects.some((text) => text.startsWith('prints '));
    rows.push({ task, name, effects, count: 1, from, state, open, commits, fails, prints });
  }
  return rows;
}

/** Writers left of readers: cause before effect. */
function columnsOf(tasks: FindingHead['tasks'], { steps }: CourseDocument): number[] {
  const used = tasks.map((_, i) => i).filter((i) => steps.some(({ task }) => task === i));
  const side = (task: number): number => (tasks[task]!.kind === 'writer' ? 0 : 1);
  return used.sort((a, b) => side(a) - side(b) || a - b);
}

/** The hue of each state: in the order in which they supply pieces. */
function coloursOf(text: TextDocument): readonly (number | null)[] {
  const pieces: number[][] = [];
  for (const { cut, states } of text.lines) {
    const here = states === null ? text.states.map((_, i) => i) : [...states];
    if (cut !== null || pieces.length === 0) pieces.push(here);
    else pieces[pieces.length - 1] = pieces.at(-1)!.filter((state) => here.includes(state));
  }
  const order = [...new Set(pieces.flatMap(([first]) => first ?? []))];
  return text.states.map((_, i) => (order.includes(i) ? order.indexOf(i) : null));
}

interface Means {
  readonly course: CourseDocument;
  readonly prefix: string;
  readonly colours: readonly (number | null)[];
}

function stepTable(
  tasks: FindingHead['tasks'],
  columns: readonly number[],
  rows: readonly StepRow[],
  means: Means,
): string {
  const heads = columns.map((task) => {
    const { kind, name } = tasks[task]!;
    return `<th scope="col">CPU ${task} ${kind} ${escapeXml(name)}</th>`;
  });
  heads.splice(1, 0, '<th scope="col">state</th>');
  const body = rows.map((row) => rowMarkup(tasks, columns, row, means)).join('');
  const again =
    means.course.cycleFrom === null ? '' : loopRow(columns, 'repeats from the line above');
  return `<table class="steps"><thead><tr>${heads.join('')}</tr></thead><tbody>${body}${again}</tbody></table>`;
}

function loopRow(columns: readonly number[], text: string): string {
  return `<tr class="loop"><td colspan="${columns.length + 1}">↻ ${text}</td></tr>`;
}

function rowMarkup(
  tasks: FindingHead['tasks'],
  columns: readonly number[],
  row: StepRow,
  { course, prefix, colours }: Means,
): string {
  const label_ = stepLabel(row.name);
  const words = shorten(row.effects.map((text) => readable(text)).join('; '), prefix);
  const silent = row.effects.length === 0;
  const said = silent ? `${counted(row.count, 'step')}, to ${label_}` : `${label_} ${words}`;
  const cell = silent
    ? `⋯ ${row.count > 1 ? `${counted(row.count, 'step')}, to ` : ''}${escapeXml(label_)}`
    : `<b>${escapeXml(label_)}</b> ${escapeXml(words)}`;
  const strip = `<td class="strip ${hue(colours[row.state] ?? null)}${row.open ? ' open' : ''}">${row.commits ? `S${row.state}` : ''}</td>`;
  const cells = columns.map((task) =>
    task === row.task ? `<td class="step${silent ? ' fold' : ''}">${cell}</td>` : '<td></td>',
  );
  cells.splice(1, 0, strip);
  const key = row.commits || row.fails || row.prints ? ' data-key="1"' : '';
  const say = escapeXml(`${tasks[row.task]!.name}: ${said}`);
  const loop =
    course.cycleFrom === row.from ? loopRow(columns, 'the steps from here repeat for ever') : '';
  return `${loop}<tr class="${row.fails ? 'fails' : ''}" data-say="${say}"${key}>${cells.join('')}</tr>`;
}

const STEP = 30;
const LINE = 26;

function textMarkup(
  text: TextDocument,
  rows: readonly StepRow[],
  colours: readonly (number | null)[],
  name: string,
): string {
  const printed = rows.flatMap(({ prints }, i) => (prints ? [i] : [])).slice(-text.lines.length);
  let piece: readonly number[] | null = null;
  const lines = text.lines.map((line, i) => {
    if (line.cut !== null || piece === null) {
      const to = text.lines.findIndex(({ cut }, at) => at > i && cut !== null);
      const own = text.lines.slice(i, to < 0 ? undefined : to);
      piece = text.states
        .map((_, s) => s)
        .filter((s) => own.every(({ states }) => states === null || states.includes(s)));
    }
    const cls = hue(colours[piece[0] ?? -1] ?? null);
    const faults = [
      ...(line.cut === null ? [] : [line.cut === 'inPage' ? 'cut in page' : 'cut at page']),
      ...line.faults,
      ...line.gaps.map(({ kind }) => `${kind} gap`),
    ];
    const remark =
      faults.length === 0 ? '' : ` <span class="bad">✕ ${escapeXml(faults.join(', '))}</span>`;
    const row = printed[i] === undefined ? '' : ` data-row="${printed[i]}"`;
    const words = escapeXml(readable(line.text).trimEnd());
    return `<div class="line ${cls}${line.cut === null ? '' : ' cut'}"${row}><code>${words}</code>${remark}</div>`;
  });
  return `<div><div class="text" tabindex="0" aria-label="the text">${figure(beads(text, colours), `${name}-beads`)}<div class="lines">${lines.join('')}</div></div>${gapList(text)}</div>`;
}

/** What is missing, in whole addresses. */
function gapList({ lines }: TextDocument): string {
  const gaps = lines.flatMap(({ gaps: own }, i) =>
    own.map(({ kind, range }) => `${kind} gap before line ${i + 1}: ${range} is missing`),
  );
  return gaps.map((gap) => `<p class="bad">${escapeXml(gap)}</p>`).join('');
}

function beads(text: TextDocument, colours: readonly (number | null)[]): Picture {
  const places = text.states.map((state) => {
    const lines = state.split('\n').slice(0, -1);
    return new Map(lines.map((line, i) => [line, i]));
  });
  const width = STEP * Math.max(text.states.length, 1);
  let body = '';
  text.states.forEach((_, s) => {
    const x = STEP / 2 + s * STEP;
    const cls = hue(colours[s] ?? null);
    body += label(x, 12, `S${s}`, `lab mid ${cls}`);
    text.lines.forEach((line, i) => {
      const y = 18 + i * LINE + LINE / 2;
      const has = line.states === null || line.states.includes(s);
      const next = text.lines[i + 1];
      const at = places[s]!;
      const follows =
        has && next !== undefined && at.get(next.text) === (at.get(line.text) ?? -9) + 1;
      if (follows) body += path(`M${x} ${n(y)}v${LINE}`, `line ${cls} thick`);
      body += element('circle', {
        cx: x,
        cy: y,
        r: has ? 5.5 : 1.8,
        class: has ? `fill ${cls}` : 'none',
      });
    });
  });
  const said = text.lines.map((line, i) => {
    const states =
      line.states === null ? 'every state' : line.states.map((s) => `S${s}`).join(', ');
    return `line ${i + 1} stands in ${states === '' ? 'no state' : states}`;
  });
  const verdict = text.torn
    ? 'No column is joined from top to bottom: the text is torn.'
    : 'One column is joined from top to bottom: the text is whole.';
  return {
    width,
    height: 18 + text.lines.length * LINE,
    title: 'Which states have each line',
    description: `${said.join('; ')}. ${verdict}`,
    body,
  };
}
