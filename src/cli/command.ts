/** What main hands to the command that it has loaded. */
import type { BugContext } from './bug.ts';
import type { ColorChoice } from './color.ts';
import type { Io } from './io.ts';
import type { Messages } from './messages.ts';

export interface CommandContext {
  readonly io: Io;
  readonly messages: Messages;
  readonly bug: BugContext;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly color: ColorChoice;
  readonly quiet?: boolean;
}
