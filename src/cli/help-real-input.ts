/** The help of the commands about real processes: import, capture, check. */
import { exitCodes } from './help-exit-codes.ts';

const TRACES = `Logs are those of strace (-f or -ff, -t -tt -ttt or -r; -T and -y help), perf
trace, or perf script of syscalls:sys_enter_*, sys_exit_*. To record one:
  strace -f -ttt -T -y -o LOG -p PID \\
    -e trace=%memory,prctl,clone,clone3,fork,vfork,execve
Lines that are not understood are counted and listed. Any file may be gzipped.
`;

export const REAL_INPUT_COMMANDS = {
  import: {
    name: 'import',
    operands: '[MAPS...]',
    purpose: 'Make a scenario from the maps texts of a real process and a log of its calls.',
    examples: [
      'mapsim import /proc/self/maps -o me.yaml',
      'mapsim import start.maps end.maps --trace calls.strace -o replay.yaml',
      'mapsim import --trace whole.strace -o replay.yaml',
      'ssh server cat /proc/4711/maps | mapsim import - | mapsim run -',
    ],
    more: () => `The first text is the address space at the start. Without a log, the differences from text
to text become the writer's program, which makes them and undoes them. With a log, the further
texts give device and inode of mapped files, and the last text is compared with the result of
the log. MAPS may be left out if the log begins with execve: then the log builds the address
space. A text may lie in a report, a mail or a log: docs/inputs.md lists the forms.

${TRACES}
${exitCodes('import')}`,
  },
  capture: {
    name: 'capture',
    operands: '',
    purpose: 'Read the maps of a live process, record its calls if asked, write a scenario.',
    examples: [
      'mapsim capture --pid 4711',
      'mapsim capture --pid 4711 --trace 5 -o server',
      'mapsim capture --pid 4711 --repeat 1000',
    ],
    more: () => `A log needs strace and the right to ptrace the process; without them only the texts are
written. --repeat N reads the text N times and checks each text as mapsim check does.

${exitCodes('capture')}`,
  },
  check: {
    name: 'check',
    operands: '[FILE...]',
    purpose: "Check maps texts against the kernel's guarantees, or list the VMAs that differ.",
    examples: [
      'mapsim check texts.maps',
      'while cat /proc/4711/maps; do echo; done | mapsim check -',
      'mapsim run s.yaml --summary=none | mapsim check - --against=real.maps',
    ],
    more: () => `FILE is a file with one or more maps or smaps texts, or - for standard input; it may be
gzipped. A text ends at an empty line, at a line that begins with #, after [vsyscall], and
where the addresses start again from the bottom. There are five kinds of faults:
  field      not a line of maps, or a line that contradicts itself
  spacing    a line with other spaces than the kernel prints
  overlap    a line that starts inside the line before it
  backward   a line that starts below the line before it
  duplicate  a line that starts at the same address as an earlier line of the text
Differences: - only in the text, + only in --against, ~ other fields, | other VMA borders.

${exitCodes('check')}`,
  },
} as const;
