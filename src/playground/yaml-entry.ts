/** The entry of the YAML block: it stores its exports where the worker looks for them. */
import { yamlBlock } from './yaml-block.ts';

Object.assign(globalThis, { mapsimYaml: yamlBlock });
