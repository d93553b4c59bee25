/** The context that main passes to a command. */
import type { BugContext } from './bug.ts';
import type { Io } from './io.ts';
import type { Messages } from './messages.ts';

export interface CommandContext {
  readonly io: Io;
  readonly messages: Messages;
  readonly bug: BugContext;
  /** Whether files that are read may name programs as strategies: --allow-code. */
  readonly allowCode: boolean;
  /** The command line, without the names of node and of the program. */
  readonly argv: readonly string[];
}
