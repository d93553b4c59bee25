/** Makes the bundle once before all test files, so that files do not make it at the same time. */
import { ensureBuilt } from '../cli/spawn.ts';

export default ensureBuilt;
