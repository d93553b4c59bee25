/** The man page mapsim(1), made from the texts and options of --help. */
import type { Command } from 'commander';
import { VERSION } from '../src/base/version.ts';
import { COMMANDS, type CommandText, reflowed } from '../src/cli/help.ts';
import { programTree } from '../src/cli/main.ts';

/** man indents the text by 7 of 80 columns. */
const WIDTH = 72;

/** The page in roff, for `man`. */
export function manPage(): string {
  const program = programTree();
  return [
    `.TH MAPSIM 1 "" "mapsim ${VERSION}" "User Commands"`,
    '.SH NAME',
    'mapsim \\- simulate how Linux prints /proc/PID/maps under concurrent change',
    '.SH SYNOPSIS',
    '.B mapsim',
    '.I COMMAND',
    '[options] [operands]',
    '.SH COMMANDS',
    ...Object.values<CommandText>(COMMANDS).flatMap((text) =>
      section(text, program.commands.find((command) => command.name() === text.name)!),
    ),
    '.SH SEE ALSO',
    '.BR proc_pid_maps (5),',
    '.BR strace (1)',
    '',
  ].join('\n');
}

function section({ name, operands, purpose, examples, more }: CommandText, command: Command) {
  return [
    `.SS mapsim ${escaped([name, '[options]', operands].join(' ').trim())}`,
    escaped(purpose),
    ...command.options.flatMap(({ flags, description }) => [
      '.TP',
      `.B ${escaped(flags)}`,
      escaped(description),
    ]),
    '.P',
    'Examples:',
    ...verbatim(examples.map((line) => `  ${line}`).join('\n')),
    ...verbatim(reflowed(more().trimEnd(), WIDTH)),
  ];
}

function verbatim(text: string): string[] {
  return ['.P', '.nf', ...text.split('\n').map(escaped), '.fi'];
}

/** Beyond ASCII by number. A line that begins with a dot or a quote would be a request. */
function escaped(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^(?=[.'])/, '\\&')
    .replace(/[^\n -~]/g, numbered);
}

function numbered(char: string): string {
  return `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
}
