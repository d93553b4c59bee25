/** Bundles the command line, so that `mapsim --help` starts about as fast as bare node. */
import { rmSync, writeFileSync } from 'node:fs';
import { bundle, COMMAND_LINE } from './bundle.mjs';

rmSync('dist', { recursive: true, force: true }); // chunks of earlier builds would be shipped
const chunks = await bundle(COMMAND_LINE, 'dist/cli');
writeFileSync('dist/chunks.json', JSON.stringify(chunks)); // for tests, not shipped
