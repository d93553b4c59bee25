/**
 * `npm run soak -- --minutes N [--seed S] [--inputs M]`: mutates maps texts, logs and scenarios and
 * gives them to the built program, in one process, until time is up or something is wrong: an exit
 * 70, more than 10 s for one input, more than 1 GiB of memory, or a control character on standard
 * error. It prints its seed and saves an input that failed. CI does not run it, because it has no
 * end of its own.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HANG_MS = 10_000;
const MEMORY_BYTES = 2 ** 30;
/** On a disk each file that is written anew may wait for it (ext4 does, unless told not to). */
const IN_MEMORY = '/dev/shm';
const TEMPORARY = existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir();

/** Starts the worker, and stops it where it hangs or grows. */
async function watch() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string' },
      inputs: { type: 'string', default: '1e9' },
    },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const until = Date.now() + Number(values.minutes) * 60_000;
  const directory = mkdtempSync(join(TEMPORARY, 'mapsim-soak-'));
  console.log(`soak: seed ${seed}`);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { seed, directory, inputs: Number(values.inputs), until },
  });
  let current = null;
  let failure = null;
  const ended = new Promise((resolve) => {
    worker.on('message', (message) => {
      if (message.failure !== undefined) failure = message;
      else current = { ...message, sinceMs: Date.now() };
    });
    worker.on('error', (error) => {
      failure ??= { ...current, failure: `it ended: ${error.stack ?? error}` };
      resolve();
    });
    worker.on('exit', resolve);
  });
  const timer = setInterval(() => {
    if (current === null || failure !== null) return;
    const { rss } = process.memoryUsage();
    if (Date.now() - current.sinceMs > HANG_MS) failure = { ...current, failure: 'more than 10 s' };
    else if (rss > MEMORY_BYTES) failure = { ...current, failure: 'more than 1 GiB of memory' };
    if (failure !== null) void worker.terminate();
  }, 250);
  await ended;
  clearInterval(timer);
  if (failure === null) console.log(`soak: ${(current?.index ?? -1) + 1} inputs, nothing wrong`);
  else keep(failure, seed, directory);
  rmSync(directory, { recursive: true, force: true });
  process.exitCode = failure === null ? 0 : 1;
}

/** Saves the files of the input and says how to run it. */
function keep({ index = 0, argv = [], failure }, seed, directory) {
  const kept = join(process.cwd(), `soak-${seed}-${index}`);
  mkdirSync(kept, { recursive: true });
  for (const name of readdirSync(directory)) {
    writeFileSync(join(kept, name), readFileSync(join(directory, name)));
  }
  console.log(`soak: seed ${seed}, input ${index}: ${failure}`);
  console.log(`cd ${kept} && node ${join(ROOT, 'bin/mapsim.js')} ${argv.join(' ')}`);
}

async function work() {
  const { seed, directory, inputs, until } = workerData;
  const { main } = createRequire(import.meta.url)(join(ROOT, 'dist/cli/start.cjs'));
  const corpus = readCorpus();
  for (let index = 0; index < inputs && Date.now() < until; index++) {
    const random = randomOf(seed + index * 7919);
    const kind = ['maps', 'logs', 'scenarios'][index % 3];
    const bytes = mutated(pick(random, corpus[kind]), corpus[kind], random);
    for (const argv of prepare(kind, bytes, directory, corpus, random)) {
      parentPort.postMessage({ index, argv });
      const said = await run(main, argv, directory);
      const failure = faultOf(said);
      if (failure === null) continue;
      parentPort.postMessage({ index, argv, failure });
      return;
    }
  }
}

/** C0 but tab and newline, C1, bidirectional controls: what may act on a terminal. */
function acts(code) {
  if (code < 0x20) return code !== 9 && code !== 10;
  if (code >= 0x7f && code < 0xa0) return true;
  return (
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

function faultOf({ code, stderr }) {
  if (code === 70) return `exit 70: ${stderr.slice(-400)}`;
  const control = Array.from(stderr).find((char) => acts(char.codePointAt(0)));
  if (control === undefined) return null;
  const code16 = control.codePointAt(0).toString(16).padStart(4, '0');
  return `U+${code16} on standard error: ${JSON.stringify(stderr.slice(0, 400))}`;
}

/** Writes the files of an input. @returns the commands to be tried on it */
function prepare(kind, bytes, directory, corpus, random) {
  const write = (name, content) => writeFileSync(join(directory, name), content);
  if (kind === 'scenarios') {
    write('s.yaml', bytes);
    return [
      ['validate', 's.yaml'],
      ['run', 's.yaml', '--max-events=3000', '--progress=none'],
      ['final', 's.yaml', '--max-events=3000', '--duration=1ms'],
    ];
  }
  write('in.maps', kind === 'maps' ? bytes : pick(random, corpus.maps));
  write('s.yaml', 'mapsim: 1\nvmas: [{from: in.maps}]\nreaders: [{name: r}]\n');
  if (kind === 'maps') {
    return [
      ['check', 'in.maps'],
      ['import', 'in.maps'],
      ['run', 's.yaml', '--max-events=3000', '--progress=none'],
    ];
  }
  write('log', bytes);
  write('t.yaml', 'mapsim: 1\nvmas: [{from: in.maps}]\nwriters: [{name: w, trace: log}]\n');
  return [
    ['import', 'in.maps', '--trace', 'log'],
    ['import', '--trace', 'log'],
    ['final', 't.yaml', '--max-events=30000'],
  ];
}

async function run(main, argv, cwd) {
  const io = {
    stdin: Object.assign(Readable.from([]), { isTTY: false }),
    stdout: new Sink(),
    stderr: new Sink(),
    env: {},
    cwd,
  };
  const code = await main(argv, io);
  return { code, stderr: io.stderr.text };
}

class Sink extends Writable {
  isTTY = false;
  columns = 80;
  #chunks = [];
  _write(chunk, _encoding, done) {
    if (this.#chunks.length < 1000) this.#chunks.push(Buffer.from(chunk));
    done();
  }
  get text() {
    return Buffer.concat(this.#chunks).toString();
  }
}

// --- What is mutated, and how ---

function readCorpus() {
  const files = (folder, form) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && form.test(entry.name))
      .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name)))
      .map((bytes) => bytes.subarray(0, 20_000));
  return {
    maps: [...files('test/cases', /\.maps$/), ...files('scenarios/captures', /\.maps$/)],
    logs: [...files('test/cases', /\.(strace|perf)$/), ...files('test/trace/samples', /./)],
    scenarios: [...files('scenarios', /\.ya?ml$/), ...files('examples', /\.ya?ml$/)],
  };
}

const WORDS = [
  '0',
  '-1',
  '1',
  '4096',
  '9007199254740993',
  '18446744073709551615',
  '0xffffffffffffffff',
  '1e308',
  '\x1b[2J',
  '\x9b',
  '\u202e',
  '\x00',
  '\r',
  '\n',
  '\t',
  '=',
  '= -1 ENOMEM (x)',
  '<unfinished ...>',
  '<... mmap resumed>',
  'mmap(',
  ')',
  '(',
  '[',
  ']',
  '{',
  '}',
  ': ',
  '- ',
  '&a ',
  '*a',
  '!!x ',
  '"',
  "'",
  '__proto__',
  'constructor',
  '[stack]',
  '[heap]',
  '[vsyscall]',
  'rw-p',
  'MAP_HUGETLB|21<<MAP_HUGE_SHIFT',
  '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n',
  'ffffffffff600000',
  '99999999999.999999 ',
  '#',
  '> ',
  '23:59:59.999 ',
  'repeat: 1000000',
  'pages: 1',
  '{exp: 1us}',
  'x-a: ',
  '<br/>',
  '&#91;',
  '\ud800',
];

function mutated(original, all, random) {
  let bytes = Buffer.from(original);
  for (let times = 1 + Math.floor(random() ** 2 * 8); times > 0; times--) {
    const at = Math.floor(random() * (bytes.length + 1));
    const end = Math.min(bytes.length, at + Math.floor(random() ** 3 * 200));
    const part = bytes.subarray(at, end);
    const join = (...parts) =>
      Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(end)]);
    const how = Math.floor(random() * 7);
    if (how === 0) bytes = join(Buffer.from(pick(random, WORDS), 'utf8'));
    else if (how === 1) bytes = join();
    else if (how === 2) bytes = join(...Array(1 + Math.floor(random() ** 4 * 200)).fill(part));
    else if (how === 3) bytes = join(Buffer.from([Math.floor(random() * 256)]));
    else if (how === 4)
      bytes = join(pick(random, all).subarray(0, Math.floor(random() * 2000)), part);
    else if (how === 5) bytes = numbersChanged(bytes, random);
    else bytes = Buffer.from(linesMoved(bytes.toString('latin1'), random), 'latin1');
  }
  return bytes.subarray(0, 200_000);
}

function numbersChanged(bytes, random) {
  const text = bytes.toString('latin1').replace(/[0-9a-f]{2,}/g, (number) => {
    if (random() > 0.02) return number;
    return pick(random, [
      '0',
      '1',
      'ffffffffffffffff',
      '7fffffffffff',
      '1000',
      `${number}0`,
      number.slice(1),
    ]);
  });
  return Buffer.from(text, 'latin1');
}

function linesMoved(text, random) {
  const lines = text.split('\n');
  const from = Math.floor(random() * lines.length);
  const taken = lines.splice(from, 1 + Math.floor(random() * 3));
  lines.splice(
    Math.floor(random() * (lines.length + 1)),
    0,
    ...taken,
    ...(random() < 0.5 ? taken : []),
  );
  return lines.join('\n');
}

function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

/** mulberry32 */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (isMainThread) await watch();
else await work();
