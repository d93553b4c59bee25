/** `-o NAME.html` of commands that rarely write a page: loads the code for pages on demand. */
import type { CommandContext } from './command.ts';
import { checkWritable } from './files.ts';

export async function writePageOf(
  name: string | undefined,
  json: () => string,
  context: CommandContext,
): Promise<void> {
  if (name === undefined) return;
  const { writePage } = await import('./page-file.ts');
  writePage(name, [json()], context);
}

/** @throws UserError for a name that no page is written to, or a place where no file can be */
export async function checkPage(name: string | undefined, cwd: string): Promise<void> {
  if (name === undefined) return;
  const { checkPageName } = await import('./page-file.ts');
  checkPageName(name);
  checkWritable(name, cwd);
}
