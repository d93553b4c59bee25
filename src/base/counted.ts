/** A number and what it counts: `1 text`, `2 texts`. @param many where it is not one with an s */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
