/** The result of `mapsim validate-model` as text, JSON and Markdown. */
import { counted } from '../base/counted.ts';
import { type Judged, toleranceText } from '../validate/claim.ts';
import type { Validation } from '../validate/index.ts';
import { failures } from '../validate/index.ts';
import { GIVEN, SOURCES } from '../validate/provenance.ts';
import { table } from './table.ts';

export const VALIDATION_SCHEMA = 'mapsim/validation@1';

function counts(validation: Validation): { agree: number; differ: number; fail: number } {
  const all = validation.groups.flatMap(({ claims }) => claims);
  const fail = failures(validation).length;
  const agree = all.filter(({ verdict }) => verdict === 'agrees').length;
  return { agree, differ: all.length - agree - fail, fail };
}

function sentence(validation: Validation): string {
  const { agree, differ, fail } = counts(validation);
  const failed = fail === 0 ? 'none fails' : counted(fail, 'FAILS', 'FAIL');
  return `${counted(agree, 'claim agrees', 'claims agree')}, ${counted(differ, 'differs', 'differ')} for a known reason, ${failed}.`;
}

const reasons = (claims: readonly Judged[]): readonly Judged[] =>
  claims.filter(({ verdict, claim }) => verdict === 'differs' && claim.known !== undefined);

// --- text ---

function* textGroups(validation: Validation): Iterable<string> {
  for (const { title, claims } of validation.groups) {
    const rows = claims.map(({ claim, finding, verdict }) => [
      verdict,
      claim.id,
      claim.target,
      finding.simulated,
    ]);
    yield `${title}\n${table(['VERDICT', 'CLAIM', 'MEASURED', 'SIMULATED'], rows)}`;
    for (const { claim } of reasons(claims)) yield `${claim.id} differs: ${claim.known}.\n`;
    for (const { claim, verdict } of claims) {
      if (verdict === 'FAILS')
        yield `${claim.id} FAILS: ${claim.claim} (${toleranceText(claim.tolerance)}).\n`;
    }
    yield '\n';
  }
}

export const validationText = (validation: Validation): string =>
  `${[...textGroups(validation)].join('')}${sentence(validation)}\n`;

// --- JSON ---

export function validationJson(validation: Validation): string {
  const claims = validation.groups.flatMap(({ title, claims: judged }) =>
    judged.map(({ claim, finding, verdict }) => ({
      id: claim.id,
      group: title,
      claim: claim.claim,
      source: claim.source,
      measured: claim.target,
      how: claim.how,
      tolerance: toleranceText(claim.tolerance),
      simulated: finding.simulated,
      verdict: verdict.toLowerCase(),
      reason: verdict === 'differs' ? claim.known! : null,
    })),
  );
  const { agree, differ, fail } = counts(validation);
  const totals = { agrees: agree, differs: differ, fails: fail };
  const settings = validation.long ? 'long' : 'quick';
  return `${JSON.stringify({ schema: VALIDATION_SCHEMA, settings, totals, claims }, null, 2)}\n`;
}

// --- Markdown ---

const PREAMBLE = `# The model beside a real kernel

\`mapsim validate-model\` compares measured or published figures with simulated figures. The
tolerance of each claim is fixed in advance. \`mapsim validate-model --format=markdown\` prints this
page, and a test compares the two. With \`--long\` the runs are longer.

The verdicts:

- **agrees**: the simulated figure is within the tolerance.
- **differs**: it is not, for the reason given under the table. The claim stays in the table as a
  limit of the model.
- **FAILS**: it is not, and no reason is known (exit code 1).
`;

/** A cell of our own words, Markdown included: only a bar would end it. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function* markdownGroups(validation: Validation): Iterable<string> {
  for (const { title, claims } of validation.groups) {
    yield `\n## ${title}\n\n`;
    yield '| id | claim | source | measured | simulated | how | tolerance | verdict |\n';
    yield '|---|---|---|---|---|---|---|---|\n';
    for (const { claim, finding, verdict } of claims) {
      const cells = [
        `\`${claim.id}\``,
        claim.claim,
        claim.source,
        claim.target,
        finding.simulated,
        claim.how,
        toleranceText(claim.tolerance),
        verdict === 'agrees' ? verdict : `**${verdict}**`,
      ];
      yield `| ${cells.map(cell).join(' | ')} |\n`;
    }
    const differing = reasons(claims);
    if (differing.length > 0) yield '\n';
    for (const { claim } of differing) yield `- \`${claim.id}\` differs: ${claim.known}.\n`;
  }
}

export function validationMarkdown(validation: Validation): string {
  const settings = validation.long ? 'long' : 'quick';
  const sources = SOURCES.map(([name, what]) => `- *${name}*: ${what}.\n`).join('');
  const given = GIVEN.map((what) => `- ${what}.\n`).join('');
  return [
    PREAMBLE,
    `\n${sentence(validation)} Settings: ${settings}.\n`,
    `\nSources:\n\n${sources}`,
    `\nInputs of the model, which this page therefore does not verify:\n\n${given}`,
    ...markdownGroups(validation),
  ].join('');
}

export const VALIDATION_FORMATS = {
  text: validationText,
  json: validationJson,
  markdown: validationMarkdown,
} as const;
