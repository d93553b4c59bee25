/**
 * argv → exit code. What needs no parser of options is answered here, so that neither the parser
 * nor the options of the commands are loaded for it. Nothing here ends the process: main() returns
 * the exit code when all output has been written.
 */
import { EXIT, UserError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { type BugContext, bugReport } from './bug.ts';
import { OVERVIEW, programHelp } from './help.ts';
import { type Io, processIo } from './io.ts';
import { Messages } from './messages.ts';
import { Output } from './output.ts';

export { processIo };

/** @param argv without the names of node and of the program */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const bug: BugContext = { seed: null };
  try {
    const text = answerTo(argv);
    if (text === null) return await (await import('./main.ts')).dispatch(argv, io, bug);
    const stdout = new Output(io.stdout, 'standard output');
    await stdout.write(text);
    await stdout.flush();
    return EXIT.done;
  } catch (error) {
    const messages = new Messages(io, false);
    if (error instanceof UserError) {
      messages.error(error.message);
      return error.exitCode;
    }
    messages.raw(bugReport(error, argv, bug, io.env));
    return EXIT.bug;
  }
}

/** Null where commander has to look. */
function answerTo([word, ...more]: readonly string[]): string | null {
  if (word === undefined) return OVERVIEW;
  if (more.length > 0) return null;
  if (['-h', '--help', 'help'].includes(word)) return programHelp();
  if (['-V', '-v', '--version', 'version'].includes(word)) return `mapsim ${VERSION}\n`;
  return null;
}
