/**
 * Feeds YAML text to the parser, a lexeme at a time, so that a bad text is refused early: when it
 * is nested too deeply, before any recursive code runs, or when it has too many faults.
 *
 * The lexer is linear and stores nothing; the nesting depth is the depth of the parser's stack.
 */
import { type CST, Lexer, Parser } from 'yaml';
import { NESTING_MAX } from './json-scan.ts';

/** Faults that the YAML parser may report before it stops. */
export const YAML_FAULTS_MAX = 100;

/** Each alias is resolved by a walk through the document. */
const ALIASES_MAX = 100;

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

/** Tokens of the text, up to the hundredth fault or a second document; or why it has none. */
export function tokensOf(text: string): CST.Token[] | Excess {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let offset = 0;
  let aliases = 0;
  let faults = 0;
  let documents = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') faults++;
      else if (token.type === 'document') documents++;
    }
    if (faults >= YAML_FAULTS_MAX || documents > 1) break;
    if (lexeme.startsWith('*') && ++aliases > ALIASES_MAX) {
      return { at: offset, ...TOO_MANY_ALIASES };
    }
    if (depthOf(parser) > NESTING_MAX) return { at: offset, ...TOO_DEEP };
    if (!isMark(lexeme)) offset += lexeme.length;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** Collections that are open. */
function depthOf({ stack }: Parser): number {
  if (stack.length <= NESTING_MAX) return 0;
  return stack.filter((token) => 'items' in token).length;
}

/** Document start, flow error end, scalar mark: lexemes that stand for no text of their own. */
function isMark(lexeme: string): boolean {
  return lexeme === '\x02' || lexeme === '\x18' || lexeme === '\x1f';
}
