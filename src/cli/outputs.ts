/**
 * Files of `-o`: the ending of each sets its format, and all are opened before any work.
 */
import { UserError } from '../base/errors.ts';
import { OutFile } from './files.ts';

interface FileFormat {
  readonly name: string;
  readonly endings: readonly string[];
}

export interface NamedOutput<F> {
  readonly name: string;
  readonly format: F;
}

/** @throws UserError for an ending that belongs to no format, and for a file named twice */
export function chooseOutputs<F extends FileFormat>(
  names: readonly string[],
  formats: readonly F[],
): readonly NamedOutput<F>[] {
  return names.map((name, i) => {
    if (name === '-')
      throw new UserError('-o: standard output has the result already (see --format)');
    if (names.indexOf(name) < i) throw new UserError(`-o ${name}: given twice`);
    const ending = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
    const format = formats.find(({ endings }) => endings.includes(ending));
    if (format !== undefined) return { name, format };
    const known = formats.flatMap(({ endings }) => endings.map((known) => `.${known}`)).join(', ');
    throw new UserError(`-o ${name}: the ending sets the format and has to be one of ${known}`);
  });
}

/** Several files that appear together, or not at all. */
export class OutFiles<F> {
  readonly #files: { readonly file: OutFile; readonly format: F }[] = [];

  constructor(outputs: readonly NamedOutput<F>[], cwd: string) {
    try {
      for (const { name, format } of outputs) {
        this.#files.push({ file: new OutFile(name, cwd), format });
      }
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  write(render: (format: F) => Iterable<string>): void {
    for (const { file, format } of this.#files)
      for (const piece of render(format)) file.write(piece);
    for (const { file } of this.#files) file.finish();
  }

  /** Harmless after write(). */
  abandon(): void {
    for (const { file } of this.#files) file.abandon();
  }
}
