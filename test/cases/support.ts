/** What people have, as it comes: the folders beside this file, and what comes of them. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { aDirectory, mapsim, type Said } from '../cli/support.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The bytes of a file of the case whose folder begins with these digits. */
export function fileOf(number: string, name: string): string {
  return readFileSync(`${HERE}${folderOf(number)}/${name}`, 'latin1');
}

function folderOf(number: string): string {
  return readdirSync(HERE).find((name) => name.startsWith(`${number}-`))!;
}

/** A directory with a copy of the case. */
export function caseCopy(number: string): string {
  const cwd = aDirectory();
  cpSync(HERE + folderOf(number), cwd, { recursive: true });
  return cwd;
}

export interface Replayed extends Said {
  /** What `final` prints of the imported scenario. */
  readonly text: string;
}

/** Imports a text and a log, and replays them. */
export async function replayed(cwd: string, maps: string | null, log: string): Promise<Replayed> {
  const texts = maps === null ? [] : [maps];
  const said = await mapsim(['import', ...texts, '--trace', log, '-o', 's.yaml'], { cwd });
  if (said.code !== 0) return { ...said, text: '' };
  const { stdout } = await mapsim(['final', 's.yaml', '-q'], { cwd });
  return { ...said, text: stdout };
}

/** What `check`, `import` and then `final` make of a text. */
export async function roundTrip(text: string) {
  const cwd = aDirectory({ 'in.maps': text });
  const check = await mapsim(['check', 'in.maps'], { cwd });
  const said = await mapsim(['import', 'in.maps', '-o', 's.yaml'], { cwd });
  const { stdout } = await mapsim(['final', 's.yaml', '--duration=0'], { cwd });
  return { check, said, stdout, cwd };
}

/** Replays lines of a log over one mapping at a low address. */
export function replayedLines(lines: readonly string[], maps = STACK): Promise<Replayed> {
  const cwd = aDirectory({ 'in.maps': maps, log: `${lines.join('\n')}\n` });
  return replayed(cwd, 'in.maps', 'log');
}

export const STACK =
  '7ffc3c5a0000-7ffc3c5c1000 rw-p 00000000 00:00 0                          [stack]\n';

/** The lines without spacing, device and inode: `7f00-7f01 rw-p 0 /a`. */
export function shortLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [range, perms, offset, , , ...name] = line.split(/ +/);
      const shown = offset!.replace(/^0+(?=.)/, '');
      return [range, perms, ...(shown === '0' ? [] : [shown]), ...name].join(' ').trim();
    });
}
