/**
 * Shorter names for members of our own classes, in code that a page has in several blocks.
 *
 * A name is shortened only if nothing else can be meant by it: no key of an object, no word of a
 * text, nothing that the language, the browser or another block of the page calls so. Objects of
 * classes are never printed nor sent: what is, is made of keys.
 */
import { minifySync, parseSync } from 'rolldown/utils';

/** @param blocks code that is shortened @param others code that exchanges objects with it */
export function withShortMembers(blocks, others) {
  const mentions = blocks.map(mentionsOf);
  const taken = new Set([
    ...namesOfGlobals(),
    ...mentions.flatMap(({ keys, words }) => [...keys, ...words]),
    ...others.map(mentionsOf).flatMap(({ members, keys, used }) => [...members, ...keys, ...used]),
  ]);
  const members = new Set(mentions.flatMap((each) => [...each.members]));
  const names = [...members].filter((name) => /^\w+$/.test(name) && !taken.has(name));
  const include = new RegExp(`^(?:${names.join('|')})$`);
  let cache = {};
  return blocks.map((code) => {
    const result = minifySync('block.js', code, {
      compress: false,
      mangle: false,
      codegen: { removeWhitespace: true },
      mangleProps: { include, cache, reserved: [...taken] },
    });
    if (result.errors.length > 0) throw new Error(result.errors[0].message);
    cache = result.mangleCache;
    return result.code;
  });
}

/** By kind: members of classes, keys of objects, names after a dot or in a pattern, words of texts. */
function mentionsOf(code) {
  const found = { members: new Set(), keys: new Set(), used: new Set(), words: new Set() };
  const visit = (node, parent) => {
    const { type, computed } = node;
    const name = computed ? undefined : (node.key?.name ?? node.key?.value ?? node.property?.name);
    if (type === 'PropertyDefinition' || type === 'MethodDefinition') found.members.add(name);
    else if (type === 'Property' && parent.type === 'ObjectExpression') found.keys.add(`${name}`);
    else if (type === 'Property' || type === 'MemberExpression') found.used.add(`${name}`);
    const text = type === 'TemplateElement' ? node.value.cooked : node.value;
    if (typeof text === 'string') for (const word of text.match(/\w+/g) ?? []) found.words.add(word);
    for (const part of Object.values(node).flat()) {
      if (typeof part === 'object' && typeof part?.type === 'string') visit(part, node);
    }
  };
  visit(parseSync('block.js', code).program, null);
  return found;
}

/** Names of everything that can be reached from the globals of the language and of Node. */
function namesOfGlobals() {
  const names = new Set();
  const seen = new Set();
  const left = [globalThis];
  while (left.length > 0) {
    const thing = left.pop();
    if (thing === null || !/^(object|function)$/.test(typeof thing) || seen.has(thing)) continue;
    seen.add(thing);
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(thing))) {
      names.add(name);
      left.push(value);
    }
    left.push(Object.getPrototypeOf(thing));
  }
  return names;
}
