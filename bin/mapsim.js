#!/usr/bin/env node
const module_ = require('node:module');

// In CI the first, cold run is often the only one, and filling a cache would slow it down.
if (!process.env.CI || process.env.NODE_COMPILE_CACHE) module_.enableCompileCache?.();

const { main, processIo } = require('../dist/cli/start.cjs');
main(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});
