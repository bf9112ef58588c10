import { ownValue } from '../kernel/own-value.ts';
import { addComment, changeComment, reread, textOf } from '../text/yaml/draft.ts';
import { note, type PipelineEdit } from './edit.ts';
import { routeMarker } from './reading.ts';
import { routeComment } from './template.ts';

/** Fixes the comment that tells a later run the route; a file without it is fine. */
export function repairRoute(edit: PipelineEdit): void {
  const { draft, goal, around } = edit;
  const { text } = reread(draft);
  const marker = routeMarker.exec(text);
  const wanted = routeComment(goal);
  const words = (comment: string) => /\(route: (.*)\)/.exec(comment)?.[1];
  if (!marker || words(marker[0]) === words(wanted)) return;
  note(edit, [`${around.base} route`], words(marker[0]), words(wanted) ?? '');
  const end = marker.index + text.slice(marker.index).search(/\r?\n|$/);
  changeComment(draft, { start: marker.index, end, text: `${marker[1]}${wanted}` });
}

/** Writes the comment that tells a later run the route, above the job that the publishing jobs share. */
export function rememberRoute(edit: PipelineEdit): void {
  const { draft, around, goal, differences } = edit;
  if (differences.length === 0 || routeMarker.test(textOf(draft))) return;
  const place = [around.base, around.names.pypi].find((name) => ownValue(draft.data, name) !== undefined);
  if (place !== undefined) addComment(draft, place, routeComment(goal));
}
