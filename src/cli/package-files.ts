/** The other files of the package: scenarios, schemas, documents. */

/**
 * src/cli/ and the bundle's dist/cli/ are two levels below the folder of the package.
 * @param path from the top of the package
 */
export function packageFile(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}
