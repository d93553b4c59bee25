/**
 * `mapsim completion`: prints completion scripts for three shells, made from commander's commands
 * and options. They complete commands, options, the values of options, shipped scenarios after an
 * @, strategies, and otherwise file names.
 */
import type { Command, Option } from 'commander';
import { EXIT, UserError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { STRATEGIES } from '../../readers/index.ts';
import type { CommandContext } from '../command.ts';
import type { WordsOf } from '../options.ts';
import { Output } from '../output.ts';
import { shippedScenarios } from '../shipped.ts';

const SCRIPTS = { bash, zsh, fish };

export async function completion(
  shell: string,
  program: Command,
  { io }: CommandContext,
): Promise<number> {
  if (!Object.hasOwn(SCRIPTS, shell)) {
    const known = Object.keys(SCRIPTS);
    const meant = nearest(shell, known);
    const hint = meant === null ? `known: ${known.join(', ')}` : `did you mean ${meant}?`;
    throw new UserError(`no completion for the shell ${shell}; ${hint}`);
  }
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(SCRIPTS[shell as keyof typeof SCRIPTS](tableOf(program)));
  await stdout.flush();
  return EXIT.done;
}

interface OptionRow {
  readonly names: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** Empty: anything. */
  readonly words: readonly string[];
}

interface CommandRow {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionRow[];
}

function tableOf(program: Command): CommandRow[] {
  return program.commands.map((command) => ({
    name: command.name(),
    about: command.summary(),
    options: [...command.options, HELP].map(rowOf),
  }));
}

const HELP = { short: '-h', long: '--help', description: 'print the help of this command' };

function rowOf(option: Option | typeof HELP): OptionRow {
  const { short, long, description } = option;
  const takesValue = 'required' in option && (option.required || option.optional);
  const parser = 'parseArg' in option ? (option.parseArg as WordsOf | undefined) : undefined;
  const isStrategy = long === '--strategy' || long === '--strategies' || long === '--against';
  const words = parser?.words ?? (takesValue && isStrategy ? STRATEGY_NAMES : []);
  return {
    names: [short, long].filter((name) => name !== undefined),
    about: description.replace(/ \(.*$/, ''),
    takesValue,
    words,
  };
}

/** N stands for a number. */
const STRATEGY_NAMES = STRATEGIES.map(({ name }) => name.replace(/N$/, '3'));
const scenarioNames = (): string[] => shippedScenarios().map(({ name }) => `@${name}`);

function bash(commands: readonly CommandRow[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ words }) => words.length > 0)
      .map(({ names, words }) => {
        const cases = names.map((option) => `${name}/${option}`).join('|');
        return `    ${cases}) words="${words.join(' ')}" ;;`;
      }),
  );
  const lists = commands.map(({ name, options }) => {
    const names = options.flatMap((option) => option.names);
    return `      ${name}) words="${names.join(' ')}" ;;`;
  });
  return `# bash completion for mapsim, made by: mapsim completion bash
_mapsim() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  if [[ $cur == = ]]; then cur=; elif [[ $option == = ]]; then option=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case \${COMP_WORDS[1]}/$option in
${values.join('\n')}
  esac
  if [[ -z $words && $COMP_CWORD -eq 1 ]]; then
    words="${commands.map(({ name }) => name).join(' ')} help"
  elif [[ -z $words && $cur == -* ]]; then
    case \${COMP_WORDS[1]} in
${lists.join('\n')}
    esac
  elif [[ -z $words && $cur == @* ]]; then
    words="${scenarioNames().join(' ')}"
  fi
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _mapsim mapsim
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function zsh(commands: readonly CommandRow[]): string {
  const spec = ({ names, about, takesValue, words }: OptionRow): string => {
    const text = about.replace(/[[\]:\\]/g, '\\$&');
    const value = !takesValue
      ? ''
      : words.length > 0
        ? `:value:(${words.join(' ')})`
        : ':value:_files';
    return names
      .map((name) => `${name}${takesValue && name.startsWith('--') ? '=' : ''}[${text}]${value}`)
      .map((one) => `      ${quoted(one)} \\`)
      .join('\n');
  };
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name}) _arguments \\\n${options.map(spec).join('\n')}\n      '*:scenario or file:_mapsim_files' ;;`,
  );
  const list = commands.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`);
  return `#compdef mapsim
# zsh completion for mapsim, made by: mapsim completion zsh
_mapsim_files() {
  local -a shipped=(${scenarioNames().join(' ')})
  [[ $PREFIX == @* ]] && compadd -a shipped || _files
}
_mapsim() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
_mapsim "$@"
`;
}

function fish(commands: readonly CommandRow[]): string {
  const text = (about: string): string => `'${about.replace(/['\\]/g, '\\$&')}'`;
  const lines = commands.flatMap(({ name, about, options }) => [
    `complete -c mapsim -n __fish_use_subcommand -f -a ${name} -d ${text(about)}`,
    ...options.map(({ names, about: what, takesValue, words }) => {
      const flags = names.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const value = !takesValue ? '' : words.length > 0 ? ` -x -a '${words.join(' ')}'` : ' -r';
      const when = `'__fish_seen_subcommand_from ${name}'`;
      return `complete -c mapsim -n ${when} ${flags.join(' ')}${value} -d ${text(what)}`;
    }),
  ]);
  const shipped = `complete -c mapsim -n 'string match -q "@*" -- (commandline -ct)' -f -a '${scenarioNames().join(' ')}'`;
  return `# fish completion for mapsim, made by: mapsim completion fish\n${[...lines, shipped].join('\n')}\n`;
}
