#!/usr/bin/env node
import module from 'node:module';

// A reader that has gone (`| head`) must not end in a stack trace: main() sees it when it writes.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// In CI the first, cold run is often the only one, and filling a cache would slow it down.
if (!process.env.CI || process.env.NODE_COMPILE_CACHE) module.enableCompileCache?.();

const { main, processIo } = await import('../dist/cli/main.js');
process.exitCode = await main(process.argv.slice(2), processIo());
