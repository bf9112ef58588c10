import type { PlannedSetting } from '../plan.ts';
import type { Finding, State } from '../settings/setting.ts';
import { diffView } from './diff-view.ts';
import type { Paint } from './paint.ts';

/** Every setting in one line, with what is wrong where something is. */
export function statesView(plan: PlannedSetting[], paint: Paint): string[] {
  return plan.flatMap(({ setting, finding }) => {
    const word = finding.state === 'ok' ? '' : `  ${stateBrush(finding.state, paint)(finding.state)}`;
    const message = finding.state === 'ok' ? [] : [`      ${paint.dim(finding.message)}`];
    const notes = finding.notes.map((note) => `      ${paint.dim(`Note: ${note}`)}`);
    return [
      `  ${stateMark(finding.state, paint)} ${paint.plain(setting.title)}${word}`,
      ...message,
      ...notes,
    ];
  });
}

/** Only what will change: fields of GitLab one by one, files as diffs. */
export async function planView(changes: PlannedSetting[], paint: Paint): Promise<string[]> {
  const blocks = await Promise.all(changes.map((change) => changeView(change, paint)));
  return blocks.flat();
}

/** What an inspection found wrong, field by field. */
export function differencesView({ differences }: Finding, paint: Paint): string[] {
  return differences.map(
    ({ field, current, wanted }) =>
      `      ${paint.plain(`${field}:`)} ${paint.red(oneLine(current))} ${paint.dim('->')} ${paint.green(oneLine(wanted))}`,
  );
}

async function changeView({ setting, finding }: PlannedSetting, paint: Paint): Promise<string[]> {
  const heading = `  ${paint.bold(setting.title)} ${paint.dim(`(${finding.steps.map(({ label }) => label).join(', then ')})`)}`;
  const notes = finding.notes.map((note) => `      ${paint.yellow(`Note: ${note}`)}`);
  if (finding.files.length === 0) return [heading, ...differencesView(finding, paint), ...notes, ''];
  const diffs = await Promise.all(finding.files.map((edit) => diffView(edit, paint)));
  return [heading, ...diffs.flat().map((line) => `      ${line}`), ...notes, ''];
}

function stateBrush(state: State, paint: Paint) {
  const brushes = {
    ok: paint.green,
    missing: paint.red,
    different: paint.red,
    unavailable: paint.red,
    unknown: paint.yellow,
    manual: paint.yellow,
  };
  return brushes[state];
}

function stateMark(state: State, paint: Paint): string {
  const marks = { ok: '✔', missing: '✖', different: '✖', unavailable: '✖', unknown: '?', manual: '☞' };
  return stateBrush(state, paint)(marks[state]);
}

function oneLine(text: string): string {
  const flat = text.replace(/\s*\n\s*/g, ' ⏎ ');
  return flat.length > 160 ? `${flat.slice(0, 157)}...` : flat;
}
