/** The block as a program: it puts itself where the worker looks for it. */
import { yamlBlock } from './yaml-block.ts';

Object.assign(globalThis, { mapsimYaml: yamlBlock });
