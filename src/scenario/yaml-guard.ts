/**
 * Refuses text that is nested too deeply, or otherwise too much, before anything recursive or
 * memory-hungry sees it.
 *
 * The lexer is linear and keeps nothing, so brackets and the indicators of one line are counted on
 * its tokens; nesting by indentation alone grows with the square root of the text and is counted on
 * the tree of tokens, with a stack of our own.
 */
import { type CST, Lexer, Parser } from 'yaml';
import { NESTING_MAX } from './json-scan.ts';

/** Each alias is resolved by a walk through the document. */
const ALIASES_MAX = 100;
/** The parser takes some 3 us and 200 bytes for each, even if it is an empty line. */
const LEXEMES_MAX = 5_000_000;

/** Why a text is refused, and from where. */
interface Excess {
  readonly at: number;
  readonly message: string;
  readonly hint: string | null;
}

export const TOO_DEEP = { message: `nested more than ${NESTING_MAX} levels deep`, hint: null };
export const TOO_MANY_ALIASES = {
  message: `more than ${ALIASES_MAX} aliases`,
  hint: 'write the values out',
};
const TOO_LONG = {
  message: 'too many words for YAML',
  hint: 'write JSON, or put the VMAs into a maps text and use from:',
};

/** Tokens of the text, or why it has none. */
export function tokensOf(text: string): CST.Token[] | Excess {
  const lexed = excessOfLexemes(text);
  if (lexed) return lexed;
  const tokens = [...new Parser().parse(text)];
  const deep = tooDeepInTree(tokens);
  return deep >= 0 ? { at: deep, ...TOO_DEEP } : tokens;
}

/** Brackets that are open, and block indicators in one line: `- - - -` nests without indenting. */
function excessOfLexemes(text: string): Excess | null {
  let offset = 0;
  let lexemes = 0;
  let aliases = 0;
  let brackets = 0;
  let indicators = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // Lexemes that stand for no text of their own: document start, flow error end, scalar mark.
    if (lexeme === '\x02' || lexeme === '\x18' || lexeme === '\x1f') continue;
    if (lexeme === '[' || lexeme === '{') brackets++;
    else if (lexeme === ']' || lexeme === '}') brackets = Math.max(0, brackets - 1);
    // In a flow collection a line has any number of `:`, which do not nest.
    else if (lexeme === '-' || lexeme === '?' || lexeme === ':') indicators += brackets ? 0 : 1;
    else if (lexeme.includes('\n')) indicators = 0;
    else if (lexeme.startsWith('*')) aliases++;
    if (brackets > NESTING_MAX || indicators > 2 * NESTING_MAX) return { at: offset, ...TOO_DEEP };
    if (aliases > ALIASES_MAX) return { at: offset, ...TOO_MANY_ALIASES };
    if (++lexemes > LEXEMES_MAX) return { at: offset, ...TOO_LONG };
    offset += lexeme.length;
  }
  return null;
}

/** Depth of collections, walked without recursion. */
function tooDeepInTree(tokens: readonly CST.Token[]): number {
  const stack: { token: CST.Token; depth: number }[] = [];
  for (const token of tokens) stack.push({ token, depth: 0 });
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { token, depth } = top;
    if (token.type === 'document') {
      if (token.value) stack.push({ token: token.value, depth });
    } else if ('items' in token) {
      if (depth >= NESTING_MAX) return token.offset;
      for (const { key, value } of token.items) {
        if (key) stack.push({ token: key, depth: depth + 1 });
        if (value) stack.push({ token: value, depth: depth + 1 });
      }
    }
  }
  return -1;
}
