/** The parts of src/playground that the build needs to make the page. */
export { VERSION } from '../src/base/version.ts';
export { playgroundPage } from '../src/playground/document.ts';
export { PRESETS } from '../src/playground/presets.ts';
