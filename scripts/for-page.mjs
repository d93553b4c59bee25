/** What a page does not need of the modules that it shares with the command line: traces. */

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
