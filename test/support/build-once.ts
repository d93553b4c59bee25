/** Before any test file: the bundle is made once, not by several files beside each other. */
import { ensureBuilt } from '../cli/spawn.ts';

export default ensureBuilt;
