/**
 * The data that is inserted into a page when it is written: scenarios as text, and the scenario to
 * show first.
 */
import { jsonOf } from '../base/printable.ts';
import type { Given } from './messages.ts';

interface StartScenario {
  /** As the command line names it: `@playground/torn`, or a path. */
  readonly name: string;
  readonly given: Given;
}

export interface StartData {
  readonly scenarios: readonly StartScenario[];
  /** Null: the first of the presets. */
  readonly start: { readonly name: string; readonly strategies: string } | null;
}

const PLACE = /(<script type="application\/json" id="mapsim-start">)([^<]*)(<\/script>)/;

export function startElement(data: StartData): string {
  return `<script type="application/json" id="mapsim-start">${jsonOfData(data)}</script>`;
}

/** The page with one more scenario, with which it begins. */
export function withScenario(page: string, scenario: StartScenario, strategies: string): string {
  return page.replace(PLACE, (_, open: string, json: string, close: string) => {
    const { scenarios }: StartData = JSON.parse(json);
    const others = scenarios.filter(({ name }) => name !== scenario.name);
    const data = {
      scenarios: [...others, scenario],
      start: { name: scenario.name, strategies },
    };
    return open + jsonOfData(data) + close;
  });
}

/** No name in it can end the element that it stands in. */
function jsonOfData(data: StartData): string {
  return jsonOf(data).replace(/[<>&]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
