/**
 * JUnit XML as CI systems read it: a suite for each scenario, a case for each group of runs and
 * each judgement. No times and no host: the same comparison gives the same bytes.
 */
import { printable } from '../base/printable.ts';
import type { CompareResult } from '../compare/result.ts';
import { type Check, checksOf, scenariosOf } from './compare-checks.ts';
import type { CompareFormat } from './report.ts';

export const junit: CompareFormat = {
  name: 'junit',
  endings: ['xml'],

  *render(result: CompareResult): Iterable<string> {
    const checks = checksOf(result);
    yield '<?xml version="1.0" encoding="UTF-8"?>\n';
    yield `<testsuites name="mapsim compare" ${counts(checks)}>\n`;
    for (const { name } of scenariosOf(result)) {
      const own = checks.filter(({ scenario }) => scenario === name);
      yield `  <testsuite name="${xml(name)}" ${counts(own)}>\n`;
      for (const check of own) yield testCase(check);
      yield '  </testsuite>\n';
    }
    yield '</testsuites>\n';
  },
};

function counts(checks: readonly Check[]): string {
  const failures = checks.filter(({ fault }) => fault?.kind === 'failed').length;
  const errors = checks.filter(({ fault }) => fault?.kind === 'incomplete').length;
  return `tests="${checks.length}" failures="${failures}" errors="${errors}"`;
}

function testCase({ scenario, name, fault }: Check): string {
  const open = `    <testcase classname="${xml(scenario)}" name="${xml(name)}"`;
  if (fault === null) return `${open}/>\n`;
  const element = fault.kind === 'failed' ? 'failure' : 'error';
  return `${open}>\n      <${element} message="${xml(fault.message)}"/>\n    </testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** What has no place in XML 1.0, not even as a reference, is not printable, but for two. */
function xml(text: string): string {
  return printable(text)
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
    .replace(/[\ufffe\uffff]/g, '?');
}
