/**
 * A number with its noun: `1 text`, `2 texts`.
 * @param many the plural, if it is not formed with an s
 */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
