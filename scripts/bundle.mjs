/**
 * How this project is bundled: the command line by build.mjs, and once more for the benchmarks.
 *
 * The output is CommonJS in few files: node takes a third less time to load it than ES modules in
 * the files that a bundler cuts by itself, one for each set of commands that share a module.
 * Functions keep their names, for stacks and profiles; where two modules have one name, the bundler
 * adds a number.
 */
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { withoutTraces } from './for-page.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const keepNames = { function: true, class: false };
const MINIFY = {
  mangle: { keepNames },
  compress: { keepNames },
  codegen: { removeWhitespace: true },
};

/** A page shows no stack, and every step has a name of its own: no function keeps its name. */
const MINIFY_FOR_PAGE = { mangle: true, compress: true, codegen: { removeWhitespace: true } };

/** A library that is not installed here would be asked for at run time, from users without it. */
function onLog(level, log, next) {
  if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
  next(level, log);
}

/**
 * @param entries paths from the top of the project, by the name of the output
 * @returns what is in each file, and which files it loads with itself
 */
export async function bundle(entries, directory) {
  const bundler = await rolldown({
    cwd: ROOT,
    input: entries,
    platform: 'node',
    plugins: [commanderInModules, plainExports],
    resolve: { alias: { ...UNUSED_OF_PACKAGES, ...MODULES_OF_PACKAGES } },
    preserveEntrySignatures: 'allow-extension',
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
    onLog,
  });
  const { output } = await bundler.write({
    dir: directory,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    comments: false,
    minify: MINIFY,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: groups(), debugName: 'by command' }],
    },
  });
  await bundler.close();
  return output.map(({ fileName, moduleIds, imports }) => {
    const modules = moduleIds
      .map((id) => id.replace(ROOT, ''))
      .filter((id) => !id.startsWith('\0'));
    return { file: fileName, modules, imports };
  });
}

/**
 * One file of code for a browser, minified.
 * @param entry path from the top of the project
 */
export async function bundleForPage(entry) {
  const bundler = await rolldown({
    cwd: ROOT,
    input: entry,
    platform: 'browser',
    resolve: { alias: UNUSED_OF_PACKAGES },
    logLevel: 'warn',
    onLog,
  });
  const { output } = await bundler.generate({
    format: 'iife',
    codeSplitting: false,
    comments: false,
    minify: MINIFY_FOR_PAGE,
  });
  await bundler.close();
  const [{ code, moduleIds }] = output;
  return { code, modules: moduleIds.map((id) => id.replace(ROOT, '')) };
}

/**
 * A worker of a page in two blocks: what it begins with, and what it imports when that is needed.
 * Each is a program; the second finds the first in the table of blocks.
 * @param second name of the module that is imported dynamically
 */
export async function bundleForWorker(entry, second) {
  const bundler = await rolldown({
    cwd: ROOT,
    input: { core: entry },
    platform: 'browser',
    plugins: [withoutTraces],
    resolve: { alias: UNUSED_OF_PACKAGES },
    preserveEntrySignatures: 'allow-extension',
    logLevel: 'warn',
    onLog,
  });
  const { output } = await bundler.generate({
    format: 'cjs',
    entryFileNames: '[name]',
    chunkFileNames: '[name]',
    comments: false,
    minify: MINIFY_FOR_PAGE,
  });
  await bundler.close();
  const names = output.map(({ fileName }) => fileName).sort();
  if (names.join() !== ['core', second].sort().join()) {
    throw new Error(`${entry} is not bundled as core and ${second}, but as ${names.join(', ')}`);
  }
  return Object.fromEntries(
    output.map(({ fileName, code, moduleIds }) => {
      const table = 'globalThis.mapsimBlocks??={}';
      const program = `((exports,require)=>{${code}\n})((${table})["./${fileName}"]={},(name)=>mapsimBlocks[name]);`;
      return [fileName, { code: program, modules: moduleIds.map((id) => id.replace(ROOT, '')) }];
    }),
  );
}

/**
 * The library: one ES module that needs none of Node.
 *
 * @returns the modules that are in it
 */
export async function bundleLibrary(entry, file) {
  const bundler = await rolldown({
    cwd: ROOT,
    input: entry,
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'], alias: UNUSED_OF_PACKAGES },
    logLevel: 'warn',
    onLog,
  });
  const { output } = await bundler.write({
    file,
    format: 'esm',
    comments: false,
    minify: false, // Node shows the line of an error that nobody catches
    codeSplitting: false,
  });
  await bundler.close();
  const [{ moduleIds, imports }] = output;
  if (output.length !== 1 || imports.length > 0) {
    throw new Error(`${file} needs ${imports.join(', ') || 'other files'}`);
  }
  return moduleIds.map((id) => id.replace(ROOT, '')).filter((id) => !id.startsWith('\0'));
}

/**
 * Packages that other packages load only for something unused here: cli-table3 wants colours for
 * borders, which want os and util, so an empty file is bundled in their place; d3-scale wants to
 * blend colours and to format numbers.
 */
const UNUSED_OF_PACKAGES = {
  '@colors/colors/safe': `${ROOT}scripts/nothing.cjs`,
  'd3-format': `${ROOT}scripts/d3-numbers.mjs`,
  'd3-interpolate': `${ROOT}scripts/d3-numbers.mjs`,
};

/**
 * yaml as ES modules, as in the page: of CommonJS all is bundled, what prints YAML too, and each
 * file is a function that is compiled twice.
 */
const MODULES_OF_PACKAGES = {
  yaml: `${ROOT}node_modules/yaml/browser/dist/index.js`,
  commander: `${ROOT}node_modules/commander/index.js`, // see commanderInModules
};

/**
 * Commander's CommonJS as ES modules: a function around a whole file is compiled twice. It asks for
 * child_process, too, which it uses for subcommands that are programs of their own; there are none.
 */
const commanderInModules = {
  name: 'commander in modules',
  transform(code, id) {
    if (!id.includes('/node_modules/commander/')) return null;
    if (id.endsWith('/index.js')) {
      const files = {
        command: 'Command',
        option: 'Option',
        error: 'CommanderError, InvalidArgumentError',
      };
      const lines = Object.entries(files).map(
        ([file, names]) => `export { ${names} } from './lib/${file}.js';`,
      );
      return { code: lines.join('\n'), moduleType: 'js' };
    }
    const made = code
      .replace(/^const childProcess = .*$/m, 'const childProcess = {};')
      .replace(/^const (\w+) = require\('(node:\w+)'\)\.\1;$/gm, "import { $1 } from '$2';")
      .replace(/^const (\{.*\}|\w+) = require\('(.+?)(?:\.js)?'\);$/gm, (_, names, from) => {
        return `import ${names} from '${from}${from.startsWith('.') ? '.js' : ''}';`;
      })
      .replace(/^exports\.(\w+) = \1;.*$/gm, 'export { $1 };');
    if (/\brequire\(|\bexports\./.test(made)) throw new Error(`${id} is not written as expected`);
    return { code: made };
  },
};

/**
 * What one file has for the others as plain properties: a getter for each of 200 names is a
 * function that is parsed and made at each start. A name that anything assigns to keeps its getter.
 */
const plainExports = {
  name: 'plain exports',
  renderChunk(code) {
    const assigned = assignedNames(this.parse(code));
    const getter =
      /^Object\.defineProperty\(exports, ["']([\w$]+)["'], \{\s*enumerable: true,\s*get: function \(\) \{\s*return ([\w$]+);\s*\}\s*\}\);$/gm;
    return code.replace(getter, (written, name, local) =>
      assigned.has(local) ? written : `exports.${name} = ${local};`,
    );
  },
};

/** Of variables that change after their declaration, in whatever scope. */
function assignedNames(program) {
  const names = new Set();
  const targets = new Set(['AssignmentExpression', 'ForInStatement', 'ForOfStatement']);
  const walk = (node, isTarget) => {
    if (node === null || typeof node !== 'object') return;
    if (isTarget && node.type === 'Identifier') names.add(node.name);
    for (const [key, value] of Object.entries(node)) {
      const isLeft = key === 'left' && targets.has(node.type);
      walk(value, isTarget || isLeft || node.type === 'UpdateExpression');
    }
  };
  walk(program, false);
  return names;
}

/**
 * What --help needs, what every command needs besides, what a run needs besides, and YAML; the rest
 * is cut by the bundler.
 */
function groups() {
  let sets = null;
  return (id, context) => {
    const closure = (paths) =>
      modulesBelow(
        paths.map((path) => ROOT + path),
        context,
      );
    sets ??= {
      start: closure(['src/cli/start.ts']),
      options: closure(['src/cli/main.ts']),
      run: closure(['src/cli/commands/run.ts', 'src/run/timed.ts']),
    };
    if (sets.start.has(id)) return 'start';
    if (sets.options.has(id)) return 'options';
    if (id.includes('/node_modules/yaml/')) return 'yaml';
    return sets.run.has(id) ? 'run' : null;
  };
}

/** All that these modules import, not counting what is imported when it is needed. */
function modulesBelow(ids, context) {
  const found = new Set();
  for (const left = [...ids]; left.length > 0; ) {
    const id = left.pop();
    const info = found.has(id) ? null : context.getModuleInfo(id);
    if (info === null) continue;
    found.add(id);
    left.push(...info.importedIds);
  }
  return found;
}

/**
 * The command line, each command behind a dynamic import, and the program of the worker threads,
 * which no import leads to.
 */
export const COMMAND_LINE = { start: 'src/cli/start.ts', worker: 'src/cli/worker.ts' };
