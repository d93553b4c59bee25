/** The mark before expressions of `require` in lists that also have expressions of `failOn`. */
export const REQUIRE = 'require:';

/** Both kinds in one list. */
export function expressionsOf({
  failOn,
  require,
}: {
  readonly failOn: readonly string[];
  readonly require: readonly string[];
}): readonly string[] {
  return [...failOn, ...require.map((expression) => REQUIRE + expression)];
}

/** How the one is called that an expression of a list belongs to. */
export function sortOfExpression(
  expression: string,
  [failOn, require]: readonly [string, string],
): string {
  return expression.startsWith(REQUIRE) ? require : failOn;
}
