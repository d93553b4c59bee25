/**
 * What a page does not need of the modules that it shares with the command line: the reader of
 * traces, and texts that only the command line, the documents and the schemas show.
 */
import { parseSync } from 'rolldown/utils';

/** A page has no files, and so no logs of strace or perf: reading one is refused before this. */
const NO_TRACES = 'throw new Error("a page has no traces");';
const STUBS = {
  '/src/writers/trace-script.ts':
    `export class TraceOrders { recorded = []; of() { ${NO_TRACES} } }\n` +
    'export class TraceScript {}',
};

export const withoutTraces = {
  name: 'without traces',
  load(id) {
    const path = Object.keys(STUBS).find((end) => id.endsWith(end));
    return path === undefined ? null : STUBS[path];
  },
};

/** By module: which texts of a node of its code are not shown by a page, as [from, to]. */
const TEXTS = [
  // about(DESCRIPTION, SCHEMA): the published schema has the description.
  [
    /\/src\/scenario\/load\/[^/]*$/,
    (node) =>
      isCall(node, ['about'])
        ? [
            [node.start, node.arguments[1].start],
            [node.arguments[1].end, node.end],
          ]
        : [],
  ],
  // docs/costs.md says of each cost what it is.
  [
    /\/src\/mm\/costs\.ts$/,
    (node) =>
      isCall(node, ['ns', 'constantNs', 'share']) && isText(node.arguments[1])
        ? [[node.arguments[0].end, node.arguments[1].end]]
        : [],
  ],
  // `mapsim strategies` says of each strategy what it is.
  [
    /\/src\/readers\/index\.ts$/,
    (node) =>
      node.type === 'Property' &&
      ['summary', 'source'].includes(node.key.name) &&
      isText(node.value)
        ? [[node.value.start + 1, node.value.end - 1]]
        : [],
  ],
];

export const withoutTexts = {
  name: 'without texts',
  transform(code, id) {
    const cutsOf = TEXTS.find(([module]) => module.test(id))?.[1];
    if (cutsOf === undefined) return null;
    const cuts = nodesOf(parseSync(id, code).program).flatMap(cutsOf);
    cuts.sort(([one], [other]) => other - one);
    let shorter = code;
    for (const [from, to] of cuts) shorter = shorter.slice(0, from) + shorter.slice(to);
    return { code: shorter };
  },
};

function isCall(node, names) {
  return node.type === 'CallExpression' && names.includes(node.callee.name);
}

function isText({ type }) {
  return type === 'Literal' || type === 'TemplateLiteral';
}

function nodesOf(node) {
  const below = Object.values(node).flat();
  const nodes = below.filter((part) => typeof part === 'object' && typeof part?.type === 'string');
  return [node, ...nodes.flatMap(nodesOf)];
}
