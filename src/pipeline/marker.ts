import { nextLine } from '../text/text.ts';
import { changeComment, reread } from '../text/yaml/draft.ts';
import type { PipelineEdit } from './edit.ts';
import { routeMarker } from './reading.ts';

/** Removes the comment in which earlier versions kept the route, from a file that is edited anyway. */
export function removeMarker({ draft, differences }: PipelineEdit): void {
  if (differences.length === 0) return;
  const { text } = reread(draft);
  const marker = routeMarker.exec(text);
  if (marker === null) return;
  changeComment(draft, { start: marker.index, end: nextLine(text, marker.index), text: '' });
}
