/** What help says of the commands about real processes: import, capture, check. */
import { EXIT_CODES } from './help-exit-codes.ts';

const TRACES = `Logs are those of strace (-f or -ff, -t -tt -ttt or -r; -T and -y help), perf
trace, or perf script of syscalls:sys_enter_*, sys_exit_*. To record one:
  strace -f -ttt -T -y -o LOG -p PID \\
    -e trace=%memory,prctl,clone,clone3,fork,vfork,execve
What was not understood is counted and listed. Any file may be gzipped.
`;

export const REAL_INPUT_COMMANDS = {
  import: {
    name: 'import',
    operands: '[MAPS...]',
    purpose: 'Make a scenario from the maps texts of a real process and a log of its calls.',
    examples: [
      'mapsim import /proc/self/maps -o me.yaml',
      'mapsim import start.maps end.maps --trace calls.strace -o replay.yaml',
      'mapsim import --trace calls.strace -o replay.yaml',
      'ssh server cat /proc/4711/maps | mapsim import - | mapsim run -',
    ],
    more: `The first text is the address space at the start. Without a log, what differs from text
to text becomes the writer's program, there and back. With one, the further texts tell
device and inode of mapped files, and the last one is compared with what the log leads to.
MAPS may be left out where the log begins with execve: the address space is then what the log
builds. A text may lie in a report, a mail or a log: docs/inputs.md says which are understood.

${TRACES}
${EXIT_CODES.import}`,
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
    more: `A log needs strace and the right to ptrace the process; without, the texts alone are
written. --repeat reads the text so many times and checks each, as mapsim check does.

${EXIT_CODES.capture}`,
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
    more: `FILE is maps or smaps text, one text or any number after one another, or - for standard
input; it may be gzipped. A text ends at an empty line, at a line that begins with #,
behind [vsyscall], and where the addresses begin anew. Findings are of five kinds:
  field      no line of maps, or one that contradicts itself
  spacing    understood, but not as the kernel writes it
  overlap    begins inside the line before it
  backward   begins below the line before it
  duplicate  begins where an earlier line of the text did
Differences: - only here, + only there, ~ with other fields, | divided into other VMAs.

${EXIT_CODES.check}`,
  },
} as const;
