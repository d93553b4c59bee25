/**
 * The files of a scenario, each stored once: two mappings have the same `struct file` if and only
 * if path, device, inode and `open` agree, and only then may they merge.
 */
import type { FileSpec } from '../scenario.ts';

export class FileSpecs {
  readonly files: FileSpec[] = [];
  readonly #ids = new Map<string, number>();
  #last = -1;

  /** Index of this file, a new one if it was not seen before. */
  intern(file: FileSpec): number {
    // A library is mapped several times in a row: most lookups end here.
    const last = this.files[this.#last];
    if (last && same(last, file)) return this.#last;
    const key = `${file.major}:${file.minor}:${file.inode}:${file.open}:${file.path}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.files.push(file) - 1;
      this.#ids.set(key, id);
    }
    this.#last = id;
    return id;
  }
}

function same(a: FileSpec, b: FileSpec): boolean {
  return (
    a.inode === b.inode &&
    a.path === b.path &&
    a.major === b.major &&
    a.minor === b.minor &&
    a.open === b.open
  );
}
