/** docs/scenario.md: every key of a scenario, made from its JSON Schema. */
import { PUBLISHED } from './published.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** Examples for keys whose form is not example enough: by the key, or by section and key. */
const EXAMPLES: Readonly<Record<string, string>> = {
  $schema: 'scenario.v1.schema.json',
  about: 'Two writers split one mapping.',
  seed: '1',
  vmas: '[{ start: "0x7f0000000000", pages: 3 }]',
  readers: '[{ name: monitor }]',
  writers: '[{ name: churn, churn: resize }]',
  failOn: '["falseGaps>0"]',
  require: '["falseGaps==0"]',
  machine: '{ cpus: 2 }',
  costs: '{ preset: server, vmaCopy: 20ns }',
  hogs: '[{ cpu: 0, run: 2ms, sleep: 1ms }]',
  from: 'start.maps',
  'a writer/from': '"1795355396.667718"',
  until: '"1795355397.000000"',
  tag: 'data',
  name: 'arena',
  'a reader/name': 'monitor',
  'a writer/name': 'churn',
  file: '{ path: /usr/lib/libx.so, dev: "08:01", inode: 131 }',
  path: '/usr/lib/libx.so',
  dev: '"08:01"',
  inode: '131',
  perms: 'r--p',
  strategy: 'rcu-retry3',
  buffer: '4k',
  offset: '4k',
  program: '[{ munmap: { vma: { tag: data } } }, { restore: true }]',
  trace: 'calls.strace',
  filesFrom: '[end.maps]',
  speed: '50',
  vma: '{ tag: data, pick: random }',
  'a writer/vmas': '[{ tag: low }, { tag: high }]',
  region: '{ start: "0x7f4000000000", pages: 32768 }',
  munmap: '{ vma: { tag: data } }',
  mprotect: '{ vma: { tag: data }, page: 1, pages: 1, perms: r--p }',
  'an operation/name': '{ vma: { tag: data }, name: arena }',
  mmap: '{ pages: 3, touched: true }',
  mremap: '{ vma: { tag: data }, newPages: 1 }',
  brk: '{ pages: 33 }',
  fork: '{}',
  growStack: '{ pages: 2 }',
  hold: '5us',
  pause: '100us',
  think: '{ exp: 50us }',
  every: '10ms',
  readOn: '{ times: 1, after: 10ms }',
  pages: '3',
  passes: '100',
  repeat: '500',
  gap: '1',
  count: '4',
  nice: '15',
  cpus: '2',
  hz: '1000',
  jitter: '0.05',
  ops: '10000',
  process: '4711',
  uniform: '[1us, 9us]',
};

const root = JSON.parse(PUBLISHED.scenario()) as Schema;

function resolved(schema: Schema): Schema {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return ref === undefined ? schema : root.definitions![ref.split('/').at(-1)!]!;
}

const NAMED: Readonly<Record<string, string>> = {
  fixedDuration: 'duration',
  duration: 'duration or distribution',
  address: 'address',
  perms: 'permissions',
  file: 'file',
  selector: 'selector',
  vmas: 'a line, {from} or a range',
  operation: 'operation',
  reader: 'reader',
  writer: 'writer',
  costs: 'name of a preset, or costs',
  machine: 'machine',
};

function typeOf(schema: Schema): string {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref !== undefined) return NAMED[ref.split('/').at(-1)!]!;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(' ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items!)}`;
  if (schema.type === 'string') {
    if (schema.pattern?.startsWith('^0x')) return 'address';
    if (schema.pattern?.startsWith('^[r-]')) return 'permissions';
    if (schema.pattern?.endsWith('[km]$')) return 'size';
    if (schema.pattern?.endsWith('(ns|us|ms|s)$')) return 'duration';
    return 'text';
  }
  if (schema.type === 'integer') return `whole number${rangeOf(schema)}`;
  if (schema.type === 'boolean') return 'yes or no';
  return schema.type === 'object' ? 'see below' : (schema.type ?? 'anything');
}

function rangeOf({ minimum, maximum }: Schema): string {
  const isOpen = maximum === undefined || maximum >= 2 ** 52 - 1;
  if (minimum === undefined || minimum <= -(2 ** 52)) return '';
  return isOpen ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`;
}

function exampleOf(section: string, key: string, schema: Schema): string {
  const own = EXAMPLES[`${section}/${key}`] ?? EXAMPLES[key];
  if (own !== undefined) return own;
  const form = resolved(schema);
  if (form.const !== undefined) return String(form.const);
  if (form.enum !== undefined) return String(form.enum.at(-1));
  switch (typeOf(schema)) {
    case 'address':
      return '"0x7f0000000000"';
    case 'permissions':
      return 'r--p';
    case 'duration':
    case 'duration or distribution':
      return '10us';
    case 'yes or no':
      return 'true';
    default:
      return String(form.minimum ?? form.anyOf?.[0]?.minimum ?? '');
  }
}

/** Every example of the page, with the schema of its value. */
export const SHOWN: { readonly key: string; readonly example: string; readonly schema: object }[] =
  [];

/** A key that is not described or has no example is an error, so that none is left out. */
function section(title: string, schema: Schema, intro = ''): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const about = value.description ?? resolved(value).description;
    const example = exampleOf(title, key, value);
    if (about === undefined) throw new Error(`${title}: ${key} has no description`);
    if (example === '') throw new Error(`${title}: ${key} has no example`);
    SHOWN.push({ key, example, schema: { ...value, definitions: root.definitions } });
    const isNeeded = schema.required?.includes(key) === true;
    const given = value.default === undefined ? '' : `\`${JSON.stringify(value.default)}\``;
    const what = [key.startsWith('$') ? `"${key}"` : key, example].join(': ');
    return `| \`${key}\`${isNeeded ? ' (needed)' : ''} | ${typeOf(value)} | ${given} | ${about} | \`${what}\` |`;
  });
  const head = '| key | type | default | what it says | example |\n| --- | --- | --- | --- | --- |';
  return `## ${title[0]!.toUpperCase()}${title.slice(1)}\n\n${intro}${head}\n${rows.join('\n')}\n`;
}

const { definitions } = root as Required<Schema>;
const [, fromFile, range] = definitions.vmas!.anyOf!;

/** Arguments of operations that share their keys are shown once. */
function operationSections(): string[] {
  const operations = definitions.operation!.properties!;
  return Object.entries(operations)
    .filter(([, schema]) => resolved(schema).properties !== undefined)
    .map(([name, schema]) => section(`operation ${name}`, resolved(schema)));
}

export function scenarioDocument(): string {
  return `<!-- Made by npm run schema from the schema of scenarios; do not edit. -->

# Scenarios: every key

A scenario is a YAML or JSON file. \`mapsim init\` writes a scenario with comments, \`mapsim validate\` checks a
scenario, and \`mapsim schema\` prints the JSON Schema from which this page is made. Unknown keys are errors;
keys that begin with \`x-\` are ignored. Paths are relative to the scenario file.

- A **duration** is a whole number of ns, or text with a unit: \`250ns\`, \`10us\`, \`1.5ms\`, \`2s\`.
- A **distribution** is a duration that is drawn each time: \`{ exp: MEAN }\` or \`{ uniform: [LEAST, MOST] }\`.
- A **size** is a number of bytes, or text: \`4k\`, \`1m\`. Lengths of memory are in pages.
- An **address** is hexadecimal text in quotes: \`"0x7f0000000000"\`.
- **Permissions** are four letters as maps prints them: \`rw-p\`, \`r-xp\`, \`r--s\`.

## Common mistakes in a first scenario

- The default of \`passes\` is 1: a reader with only \`think\` or \`every\` reads maps once.
- The default of \`pick\` is \`first\`: then every operation works on the same range.
- Ranges that are given without a \`gap\` never merge, even if they look alike: each has an anon_vma of its own.
  If a writer splits them, they stay split, and the address space grows.
- With a fixed \`think\`, reader and writer can keep the same phase; \`think: { exp: 50us }\` prevents this.

\`mapsim validate\` and \`mapsim run\` print a note if a scenario makes one of the first three mistakes.

${[
  section('the scenario', root),
  section('a range of vmas', range!),
  section(
    'a maps text in vmas',
    fromFile!,
    'An item of vmas can also be one line of maps text, in quotes.\n\n',
  ),
  section('a reader', definitions.reader!),
  section('a writer', definitions.writer!, 'It has one of `program`, `churn` and `trace`.\n\n'),
  section('a selector', definitions.selector!),
  section('an operation', definitions.operation!, 'An operation has one key, its name.\n\n'),
  ...operationSections(),
  section('a file', definitions.file!),
  section('a machine', definitions.machine!),
  section('a hog', resolved(definitions.machine!.properties!.hogs!).items!),
].join('\n')}`;
}
