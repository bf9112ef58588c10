import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { SettledSetting } from '../plan.ts';
import type { Reported } from '../report.ts';
import { settledLines } from './apply-view.ts';
import { uncommittedHint } from './check-view.ts';
import type { Paint } from './paint.ts';

/** What holds, what failed and what is left to a person, at the end of a run. */
export function reportView(facts: Facts, goal: Goal, settings: Reported, paint: Paint): string[] {
  const settled = settings as SettledSetting[];
  const of = (outcome: string) => settled.filter((it) => it.outcome === outcome);
  const [applied, failed, skipped] = [of('applied'), of('failed'), of('skipped')];
  const holding = settled.filter(({ finding }) => finding.state === 'ok').length;
  // The pages of the publishers have just been shown.
  const manual = settled.filter(
    (it) =>
      it.outcome === 'unchanged' && it.finding.state === 'manual' && !it.setting.id.startsWith('publisher:'),
  );
  return [
    paint.bold(headline(applied.length, failed.length + skipped.length, holding)),
    ...[...failed, ...skipped].flatMap((it) => settledLines(it, paint)),
    ...manual.flatMap((it) => [
      `  ${paint.yellow('☞')} ${paint.plain(it.setting.title)}: ${paint.plain(it.finding.message)}`,
      `      ${paint.plain(it.finding.manual)}`,
    ]),
    ...nextSteps(facts, goal, applied, manual, paint),
  ];
}

function headline(applied: number, open: number, holding: number): string {
  if (open > 0)
    return `${applied} put in place, ${open} not; ${holding} held already. Run it again once the cause is gone.`;
  if (applied === 0) return `Nothing to do: all ${holding} settings that can be read hold.`;
  return `Done: ${applied} put in place, ${holding} held already.`;
}

function nextSteps(
  facts: Facts,
  goal: Goal,
  applied: SettledSetting[],
  manual: SettledSetting[],
  paint: Paint,
): string[] {
  const files = applied.flatMap(({ finding }) => finding.files.map(({ path }) => path));
  const hint = uncommittedHint(facts);
  if (files.length === 0) return hint === '' ? [] : ['', paint.plain(hint)];
  const commit = `  ${paint.plain(`Commit and push ${files.join(' and ')}; nothing was committed for you.`)}`;
  if (manual.some(({ setting }) => setting.id === 'pipeline')) {
    const first = `Bring the jobs above into ${facts.pipeline.path.value} first: until then nothing is published.`;
    return ['', paint.bold('What is next'), `  ${paint.plain(first)}`, commit];
  }
  const test = goal.testpypi.value ? 'The push is uploaded to TestPyPI; then' : 'Then';
  const approval = goal.route.value === 'protected' && goal.approvals.value.length > 0;
  const names = goal.approvals.value.map(({ who }) => who.label).join(' and ');
  const self = goal.selfApproval.value ? '' : ' (not whoever pushed the tag)';
  return [
    '',
    paint.bold('What is next'),
    commit,
    `  ${paint.plain(`${test} a release is a tag: git tag v1.2.3 && git push origin v1.2.3`)}`,
    ...(approval
      ? [
          `  ${paint.plain(`The job that releases then waits: ${names} approve it${self}, then somebody starts it.`)}`,
        ]
      : []),
  ];
}
