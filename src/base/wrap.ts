/** Lines of running text, and of command lines, that are no wider than they may be. */

/**
 * Breaks at blanks; a word that is wider than a line stays whole.
 * @param hang blanks before all lines but the first, which keeps its own
 */
export function wrap(text: string, width: number, hang = 4): string[] {
  const [indent = ''] = /^ */.exec(text) ?? [];
  const [first = '', ...words] = text.slice(indent.length).split(' ');
  const lines: string[] = [];
  let line = indent + first;
  for (const word of words) {
    if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = ' '.repeat(hang) + word;
    }
  }
  return [...lines, line];
}

/**
 * A command line in as many lines as it takes, which a shell reads as one.
 * @param words each as a shell would have to be given it
 * @param prefix of every line
 */
export function wrapCommand(words: readonly string[], width: number, prefix = ''): string {
  const lines: string[] = [];
  let line = prefix;
  for (const [i, word] of words.entries()) {
    const room = width - (i === words.length - 1 ? 0 : 2); // for the mark at the end
    const longer = i === 0 ? line + word : `${line} ${word}`;
    if (longer.length <= room || i === 0) line = longer;
    else {
      lines.push(`${line} \\`);
      line = `${prefix}    ${word}`;
    }
    // A shell joins what a mark breaks, if the next line has no blank before it.
    while (line.length > width && prefix === '' && /^[\w@%+=:,./-]+$/.test(word)) {
      lines.push(`${line.slice(0, width - 1)}\\`);
      line = line.slice(width - 1);
    }
  }
  return [...lines, line].join('\n');
}
