/** The part of a page for one pass of a run: as steps, over time, over addresses. */

import type { Picture } from '../../draw/svg.ts';
import { escapeXml } from '../../draw/svg.ts';
import type { PassStory, RunTrace } from '../../world/run-trace.ts';
import { addressesPicture } from '../pictures/addresses-svg.ts';
import { lanesPicture } from '../pictures/lanes-svg.ts';
import { schedulePicture } from '../pictures/schedule-svg.ts';
import { figure } from './html.ts';
import { type DrawnView, type PassDocument, passTrace } from './pass-data.ts';

type Drawing = (trace: RunTrace, story: PassStory) => Picture;

const DRAWINGS: Readonly<Record<DrawnView, Drawing>> = {
  schedule: schedulePicture,
  lanes: (trace, story) => lanesPicture([{ trace, story }], null),
  addresses: addressesPicture,
};

export function passPart(document: PassDocument, name: string): string {
  const trace = passTrace(document);
  const figures = document.views.map((view) =>
    figure(DRAWINGS[view](trace, trace.story), `${name}-${view}`, { wide: true }),
  );
  return `<section><h2>${escapeXml(document.heading)}</h2>${figures.join('')}</section>`;
}
