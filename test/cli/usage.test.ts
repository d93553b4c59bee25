import { expect, test } from 'vitest';
import { mapsim } from './support.ts';

/** What is wrong, and what the message must have in it. */
const WRONG: readonly (readonly [argv: readonly string[], expected: string])[] = [
  [['rnu', 'x.yaml'], '(Did you mean run?)'],
  [['--versoin'], '(Did you mean --version?)'],
  [['run'], "missing required argument 'SCENARIO'"],
  [['run', 'a.yaml', 'b.yaml'], 'too many arguments'],
  [['run', 'a.yaml', '--strateyg=mmap-lock'], '(Did you mean --strategy?)'],
  [['run', 'a.yaml', '--strategy', 'rcu-rety3'], 'did you mean "rcu-retry3"?'],
  [['run', 'a.yaml', '--strategy', 'rcu-retry3:wiat=spin'], 'did you mean "wait"?'],
  [['run', 'a.yaml', '--strategy='], 'The strategy is missing'],
  [['run', 'a.yaml', '--format=jsno'], 'Did you mean "json"?'],
  [['run', 'a.yaml', '--format=xml'], 'It is one of text, json, ndjson, csv, markdown.'],
  [['run', 'a.yaml', '--summary=sdtout'], 'Did you mean "stdout"?'],
  [['run', 'a.yaml', '--pass=-1'], 'It is the number of a pass (from 0), torn, or all.'],
  [['run', 'a.yaml', '--pass=trn'], 'Did you mean "torn"?'],
  [['run', 'a.yaml', '--duration=5m'], 'It is not a duration: write 250ns, 10us'],
  [['run', 'a.yaml', '--duration=0.3ns'], 'It is not a whole number of ns'],
  [['run', 'a.yaml', '--max-events=0'], 'a whole number of 1 or more'],
  [['run', 'a.yaml', '--max-events=1.5'], 'a whole number of 1 or more'],
  [['run', 'a.yaml', '--max-events=1e99'], 'a whole number of 1 or more'],
  [['run', 'a.yaml', '--color=alwyas'], 'Did you mean "always"?'],
  [['run', 'a.yaml', '--progress=josn'], 'Did you mean "json"?'],
  [['run', 'a.yaml', '--summary=none', '--format=json'], '--summary needs --format=text'],
  [['run', 'a.yaml', '--pass=1', '--format=csv'], '--pass chooses the text to show'],
  [['run', 'a.yaml', '--reader=x', '--format=markdown'], '--reader chooses the text to show'],
  [['run', 'a.yaml', '--timing=5'], '(Did you mean --timing?)'],
  [['run', '--seed'], 'argument missing'],
  [
    ['run', 'a.yaml', '--strategy=rcu-page:wait=none,mmap-lock'],
    '--strategy: takes one strategy, not 2',
  ],
  [['run', 'a.yaml', '--ops-log=-'], 'standard output has the result'],
  [['schema', '--color=always'], "unknown option '--color=always'"],
  [['validate'], "missing required argument 'SCENARIO'"],
  [['schema', 'scenario', 'x'], 'too many arguments'],
  [['schema', 'compaer'], 'did you mean "compare"?'],
  [
    ['schema', 'census'],
    'there are compare, explore, measure, record, replay, run, scenario, sweep',
  ],
  [['strategies', '--format=csv'], 'It is one of text, json.'],
  [['help', 'rnu'], 'unknown command'],
  [['rnu', '--help'], '(Did you mean run?)'],
  [['rnu', '--version'], '(Did you mean run?)'],
];

test.each(WRONG)(
  'usage: %j is refused with a hint, exit code 2, nothing on stdout',
  async (argv, expected) => {
    const { code, stdout, stderr } = await mapsim(argv);

    expect(stderr).toContain(expected);
    expect([code, stdout]).toEqual([2, '']);
  },
);

test('usage: a wrong option points to the help that lists the right ones', async () => {
  const { stderr } = await mapsim(['run', 'a.yaml', '--strateyg=mmap-lock']);

  expect(stderr).toContain('(mapsim run --help says what it takes)');
});

test('usage: abbreviated options are not accepted', async () => {
  const { code, stderr } = await mapsim(['run', 'a.yaml', '--strat=mmap-lock']);

  expect(code).toBe(2);
  expect(stderr).toContain("unknown option '--strat=mmap-lock'");
});

test('usage: a scenario that cannot be read is exit code 3', async () => {
  const missing = await mapsim(['run', 'missing.yaml']);
  const directory = await mapsim(['run', '.'], { cwd: '/' });

  expect(missing).toEqual({
    code: 3,
    stdout: '',
    stderr: 'mapsim: error: cannot read missing.yaml: no such file or directory\n',
  });
  expect(directory).toMatchObject({
    code: 3,
    stderr: 'mapsim: error: cannot read .: it is a directory\n',
  });
});

test('usage: lists of strategies have ranges, and either name of the option is understood', async () => {
  const names = async (...argv: string[]) => {
    const all = [...argv, '--seeds=2', '--metrics=tornPasses', '--format=csv'];
    const { stdout, stderr } = await mapsim(all);
    const rows = [...stdout.matchAll(/^quiet,tornPasses,share,([^,]+)/gm)];
    return rows.length === 0 ? stderr : rows.map(([, name]) => name).join();
  };

  expect(await names('compare', '@quiet', '--strategy=rcu-retry0..2,rcu-page1..2:wait=none')).toBe(
    'rcu-retry0,rcu-retry1,rcu-retry2,rcu-page1:wait=none,rcu-page2:wait=none',
  );
  expect(await names('compare', '@quiet')).toBe('mmap-lock,rcu-retry3,rcu-page3,vma-lock');
  expect(await names('compare', '@quiet', '--strategies=rcu-retry3..2')).toContain('a range rises');
  expect(await names('compare', '@quiet', '--strategies=rcu-retry1..999')).toContain('at most 100');
  const one = await mapsim(['run', '@quiet', '--strategies', 'rcu-retry0', '--format=csv']);
  expect(one.stdout).toContain('quiet,rcu-retry0,');
  const two = await mapsim(['run', '@quiet', '--strategies=rcu-retry0..1']);
  expect([two.code, two.stderr]).toEqual([
    2,
    'mapsim: error: --strategy: takes one strategy, not 2\n',
  ]);
});
