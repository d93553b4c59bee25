/**
 * Attaches strace to a process for some seconds, and reads the maps of the process at the beginning
 * and at the end. Times are those of strace's log, the system clock.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readProcMaps } from './process-maps.ts';

/** A text and the ms between which it was read. */
export interface TimedText {
  readonly text: Buffer;
  readonly beforeMs: number;
  readonly afterMs: number;
}

export interface Recording {
  readonly starts: readonly TimedText[];
  readonly ends: readonly TimedText[];
}

interface RecordRequest {
  readonly pid: number;
  readonly seconds: number;
  /** Where strace writes its log. */
  readonly path: string;
  /** Asked now and then: to end early? */
  readonly stop: () => boolean;
}

/** Texts read at each end, to find one that no call disturbs, and the ms between them. */
const READS = 8;
const PAUSE_MS = 10;
const TICK_MS = 20;
const ATTACH_MS = 10_000;
const TALK_MAX = 4096;

const CALLS = '%memory,prctl,clone,clone3,fork,vfork,execve,execveat';

/** @returns the texts, or why there is no log */
export async function recordCalls(request: RecordRequest): Promise<Recording | string> {
  const { pid } = request;
  const args = ['-f', '-ttt', '-T', '-y', '-e', `trace=${CALLS}`, '-o', request.path];
  const child = spawn('strace', [...args, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let talk = '';
  let ended = false;
  let failed: NodeJS.ErrnoException | null = null;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (talk.length < TALK_MAX) talk += text;
  });
  const gone = new Promise<void>((done) => {
    child.on('error', (error) => {
      failed = error;
      ended = true;
      done();
    });
    child.on('close', () => {
      ended = true;
      done();
    });
  });
  try {
    for (let ms = 0; ms < ATTACH_MS && !ended && !/ attached/.test(talk); ms += TICK_MS) {
      await sleep(TICK_MS);
    }
    if (ended || !/ attached/.test(talk)) return whyNot(failed, talk);
    const starts = await readTexts(pid);
    for (let ms = 0; ms < request.seconds * 1000 && !ended && !request.stop(); ms += TICK_MS) {
      await sleep(TICK_MS);
    }
    if (ended) return 'the process ended while it was recorded';
    return { starts, ends: await readTexts(pid) };
  } finally {
    if (!ended) child.kill('SIGINT'); // it lets go of the process and finishes its log
    await gone;
  }
}

async function readTexts(pid: number): Promise<TimedText[]> {
  const texts: TimedText[] = [];
  for (let i = 0; i < READS; i++) {
    const beforeMs = Date.now();
    const text = readProcMaps(pid);
    texts.push({ text, beforeMs, afterMs: Date.now() + 1 });
    await sleep(PAUSE_MS);
  }
  return texts;
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function whyNot(failed: NodeJS.ErrnoException | null, talk: string): string {
  if (failed?.code === 'ENOENT') {
    return 'strace is not installed (apt-get install strace, dnf install strace)';
  }
  if (failed !== null) return `strace cannot be run: ${failed.message}`;
  const said = talk.trim().split('\n')[0] ?? '';
  if (/Operation not permitted/.test(talk)) return `${said}. ${ptraceHint()}`;
  return said === '' ? 'strace did not attach to the process' : said;
}

/** What forbids ptrace here, as far as it can be seen. */
function ptraceHint(): string {
  let scope = '';
  try {
    scope = readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8').trim();
  } catch {
    // no Yama: the ordinary rules
  }
  if (scope !== '' && scope !== '0') {
    return `kernel.yama.ptrace_scope is ${scope}: only root (CAP_SYS_PTRACE)${
      scope === '1' ? ', or a parent of the process,' : ''
    } may attach`;
  }
  return (
    'attaching needs the same user as the process, or CAP_SYS_PTRACE (in a container: ' +
    '--cap-add=SYS_PTRACE), and no other tracer on it'
  );
}
