/**
 * What is bundled in place of d3-interpolate and d3-format, 24 kB minified with the colours that
 * the first of them loads: the part that d3-scale needs for places on a picture, which are numbers.
 * Words for numbers are our own.
 */

function interpolateNumber(a, b) {
  return (t) => a * (1 - t) + b * t;
}

function unused() {
  throw new Error('no such thing is asked of d3');
}

export {
  interpolateNumber as interpolate,
  interpolateNumber,
  unused as format,
  unused as formatPrefix,
  unused as formatSpecifier,
  unused as interpolateRound,
  unused as piecewise,
  unused as precisionFixed,
  unused as precisionPrefix,
  unused as precisionRound,
};
