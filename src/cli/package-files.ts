/** The other files of the package: scenarios, schemas, documents. */

/** The folder of the package: src/cli/ and the bundle's dist/cli/ are two levels below. */
const PACKAGE = new URL('../../', import.meta.url);

/** @param path from the top of the package */
export function packageFile(path: string): URL {
  return new URL(path, PACKAGE);
}
