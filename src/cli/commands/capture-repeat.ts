/** Reads the maps of a live process many times and checks each text; keeps those that fail. */

import { posix } from 'node:path';
import { counted } from '../../base/counted.ts';
import { LineSplitter } from '../../base/lines.ts';
import { describeFinding } from '../../check/describe.ts';
import { TextChecker } from '../../check/text-checker.ts';
import type { CommandContext } from '../command.ts';
import { Interrupt } from '../interrupt.ts';
import { Output } from '../output.ts';
import { readProcMaps } from '../process-maps.ts';
import { writeFile } from './import.ts';

/** Texts that are written out. */
const KEPT_MAX = 10;
const BETWEEN_TURNS = 64;

/** @returns how many texts had a finding */
export async function checkRepeatedly(
  pid: number,
  times: number,
  directory: string,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const stdout = new Output(io.stdout, 'standard output');
  const interrupt = new Interrupt(io, () => {});
  let failed = 0;
  let read = 0;
  let findings = 0;
  try {
    for (; read < times && interrupt.caught === null; read++) {
      const text = readProcMaps(pid);
      const name = `torn-${read}.maps`;
      const told: string[] = [];
      const checker = new TextChecker({
        finding: (finding) => void told.push(`${describeFinding(name, finding)}\n`),
      });
      const lines = new LineSplitter((line, number, cut) => checker.line(line, number, cut));
      lines.push(text);
      if (lines.end()) checker.cutShort(lines.count);
      checker.endText();
      if (told.length > 0) {
        findings += told.length;
        if (++failed <= KEPT_MAX) writeFile(posix.join(directory, name), text, context);
        await stdout.write(told.join(''));
      }
      if (read % BETWEEN_TURNS === 0) await new Promise((done) => setImmediate(done));
    }
  } finally {
    interrupt.stopWatching();
  }
  await stdout.write(
    `# ${counted(read, 'text')} read, ${failed} with ${counted(findings, 'finding')}\n`,
  );
  await stdout.flush();
  return failed;
}
