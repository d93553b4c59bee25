/** `mapsim report`: makes one HTML page from saved results or from reports. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, UserError } from '../../base/errors.ts';
import { standaloneStyle } from '../../draw/palette.ts';
import { readDocuments } from '../../report/page/documents.ts';
import { reportPage } from '../../report/page/report-page.ts';
import type { CommandContext } from '../command.ts';
import { readInput, readStdin, unzipped, writeWhole, writing } from '../files.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { commandOf } from '../page-file.ts';

export async function report(
  paths: readonly string[],
  options: OptionsOf<'report'>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UserError('only one input can be standard input');
  }
  const texts: string[] = [];
  for (const path of paths) {
    const bytes = path === '-' ? await readStdin(io.stdin) : readInput(path, io.cwd);
    texts.push(new TextDecoder().decode(unzipped(bytes, path)));
  }
  const documents = texts.flatMap((text, i) => readDocuments(text, paths[i]!));
  const page = reportPage(documents, { command: commandOf(context), data: options.data });
  const { output, svg } = options;
  if (svg !== undefined) writePictures(page, svg, io.cwd);
  if (output !== undefined && output !== '-') {
    writeWhole(output, Buffer.from(page), io.cwd);
    return EXIT.done;
  }
  if (svg !== undefined && output === undefined) return EXIT.done;
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(page);
  await stdout.flush();
  return EXIT.done;
}

const PICTURE =
  /<svg (class="ms"[^>]*aria-labelledby="([\w-]+)-t [^>]*)>([\s\S]*?<\/desc>)([\s\S]*?)<\/svg>/g;

/** Each picture of the page as a file of its own. */
function writePictures(page: string, directory: string, cwd: string): void {
  const place = resolve(cwd, directory);
  writing(directory, () => mkdirSync(place, { recursive: true }));
  for (const [, attributes, name, head, body] of page.matchAll(PICTURE)) {
    const background = '<rect class="bg" width="100%" height="100%"/>';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${head}${standaloneStyle()}${background}${body}</svg>\n`;
    writeWhole(join(directory, `${name}.svg`), Buffer.from(svg), cwd);
  }
}
