/** Comparisons of numbers, as expressions write them. */

export type ComparisonSign = '>=' | '<=' | '==' | '!=' | '>' | '<';

export function holds(left: number, sign: ComparisonSign, right: number): boolean {
  switch (sign) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}
