/** Kinds of inputs, K1 to K24: each has three inputs of its own, one from a public source. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The kinds, in the words of the tests. */
const KINDS: Readonly<Record<string, string>> = {
  K1: 'calls that come out otherwise than in the log',
  K2: 'user space of other sizes than 47 bits',
  K3: 'smaps of every kernel',
  K4: 'gate lines other than that of 6.x',
  K5: 'calls that change memory and are not modelled',
  K6: 'a maps text inside a report',
  K7: 'lines of a log that begin with #',
  K8: 'arguments in other words',
  K9: 'offsets of mmap2 in pages',
  K10: 'sizes of huge pages',
  K11: 'results that were sign-extended',
  K12: 'names at column 49',
  K13: 'stacks of threads, Linux 3.4 to 4.4',
  K14: 'anonymous memory with its address as offset',
  K15: 'pages that are larger than 4 KiB',
  K16: 'several processes in one log',
  K17: 'a log without a text',
  K18: 'check and import say the same',
  K19: 'smaps_rollup',
  K20: 'pointers of strace -i',
  K21: 'names that are no paths',
  K22: 'noise in logs',
  K23: 'equal readers that begin together',
  K24: 'smaps, page faults, reading on',
};

const HERE = new URL('.', import.meta.url);
/** Files whose inputs are other ones than those of the folders here. */
const OWN = /^(?:from-manuals|more-|public|kinds-|read-on|outside).*\.test\.ts$/;
const TITLE = /^( *)(?:describe|test|\]\))\(\s*["'](.*?)["'],? *(?:async|\(|$)/;
const ADDRESS = /\((?:[\w-]+\.)+[a-z]{2,}\/\S/;

interface Input {
  readonly title: string;
  readonly isPublic: boolean;
}

/** Tests by kind: named after it themselves, or in a group that is. */
function inputsByKind(): ReadonlyMap<string, readonly Input[]> {
  const found = new Map(Object.keys(KINDS).map((kind) => [kind, [] as Input[]]));
  for (const name of readdirSync(HERE).filter((file) => OWN.test(file))) {
    let group: readonly string[] = [];
    for (const line of readFileSync(new URL(name, HERE), 'utf8').split('\n')) {
      const [, indent, title] = TITLE.exec(line) ?? [];
      if (title === undefined) continue;
      const kinds = /^(?:K[0-9]+(?:, )?)+(?=: )/.exec(title)?.[0].split(', ') ?? [];
      if (line.startsWith('describe')) group = kinds;
      else if (indent === '') group = [];
      if (line.startsWith('describe')) continue;
      for (const kind of new Set([...group, ...kinds])) {
        found.get(kind)?.push({ title, isPublic: ADDRESS.test(title) });
      }
    }
  }
  return found;
}

const INPUTS = inputsByKind();

test.each(Object.entries(KINDS))('%s has inputs of its own: %s', (kind) => {
  const inputs = INPUTS.get(kind)!;
  const titles = inputs.map(({ title }) => title).join('\n');

  expect(inputs.length, titles).toBeGreaterThanOrEqual(3);
  expect(inputs.filter(({ isPublic }) => isPublic).length, titles).toBeGreaterThanOrEqual(1);
});
