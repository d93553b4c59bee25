/**
 * Refuses text that is nested too deeply before anything recursive or memory-hungry sees it.
 *
 * The lexer is linear and keeps nothing, so brackets and the indicators of one line are counted on
 * its tokens; nesting by indentation alone grows with the square root of the text and is counted on
 * the tree of tokens, with a stack of our own.
 */
import { type CST, Lexer, Parser } from 'yaml';

export const NESTING_MAX = 64;

/** Tokens of the text, or the offset at which it is nested more than NESTING_MAX deep. */
export function tokensOf(text: string): CST.Token[] | { readonly tooDeepAt: number } {
  const lexed = tooDeepInLexer(text);
  if (lexed >= 0) return { tooDeepAt: lexed };
  const tokens = [...new Parser().parse(text)];
  const deep = tooDeepInTree(tokens);
  return deep >= 0 ? { tooDeepAt: deep } : tokens;
}

/** Brackets that are open, and block indicators in one line: `- - - -` nests without indenting. */
function tooDeepInLexer(text: string): number {
  let offset = 0;
  let brackets = 0;
  let indicators = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // Lexemes that stand for no text of their own: document start, flow error end, scalar mark.
    if (lexeme === '\x02' || lexeme === '\x18' || lexeme === '\x1f') continue;
    if (lexeme === '[' || lexeme === '{') brackets++;
    else if (lexeme === ']' || lexeme === '}') brackets = Math.max(0, brackets - 1);
    else if (lexeme === '-' || lexeme === '?' || lexeme === ':') indicators++;
    else if (lexeme.includes('\n')) indicators = 0;
    if (brackets > NESTING_MAX || indicators > 2 * NESTING_MAX) {
      // In a flow collection a line has any number of `:`; only block indicators nest.
      if (brackets > NESTING_MAX || brackets <= 0) return offset;
      indicators = 0;
    }
    offset += lexeme.length;
  }
  return -1;
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
