import { defineConfig } from 'vitest/config';

/**
 * `npm test` runs test/**\/*.test.ts: what a change is held to in a minute or two. `npm run proofs` runs
 * test/**\/*.proof.ts: whole sweeps, every command of every document, what needs a browser or a tarball. A test
 * that takes more than 5 s of CPU time is a proof. Limits of time are there for hangs only.
 */
const PROOFS = process.env.MAPSIM_PROOFS === '1';

export default defineConfig({
  test: {
    include: [PROOFS ? 'test/**/*.proof.ts' : 'test/**/*.test.ts'],
    globalSetup: 'test/support/build-once.ts',
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Processes, so that the CPU time of a file and its children can be told from that of another.
    pool: PROOFS ? 'forks' : 'threads',
    setupFiles: PROOFS ? ['scripts/note-cpu-time.mjs'] : [],
    // Files share what they import, compiled and warm: a fifth of the time. None changes a module.
    isolate: false,
    maxWorkers: 2,
  },
});
