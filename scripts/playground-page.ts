/** What the build needs of the playground's source, to put the page together. */
export { VERSION } from '../src/base/version.ts';
export { playgroundPage } from '../src/playground/document.ts';
export { PRESETS } from '../src/playground/presets.ts';
