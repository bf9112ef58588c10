import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../kernel/own-value.ts';
import { valueAt } from '../text/yaml/data.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { type Check, inheritsLittle, noCheckout, noReports, repairJob, variableChecks } from './check.ts';
import type { PipelineEdit } from './edit.ts';
import type { PipelineGoal } from './pipeline-goal.ts';
import { lines, sourcesOf } from './recognise/jobs.ts';
import { runsWhenPublished } from './runs-when.ts';
import { tagCheck } from './tag-check.ts';
import { checkedPaths, checkLines, type Surroundings, toolsFolder } from './template.ts';

/** Repairs the job from an earlier run that checks what was built. */
export function repairCheckJob(edit: PipelineEdit): void {
  const { goal, around, draft } = edit;
  const name = around.checkJob;
  if (ownValue(draft.data, name) === undefined) return;
  repairJob(edit, { name, home: name }, checkLines(goal, around), distChecks(goal, around));
}

/** Invariants of the job that checks what was built. */
function distChecks(goal: PipelineGoal, around: Surroundings): Check[] {
  return [
    ...inheritsLittle(around),
    noCheckout,
    ...variableChecks([['UV_NO_CONFIG', '1']]),
    { path: ['needs'], holds: (job) => around.buildJobs.every((name) => sourcesOf(job).includes(name)) },
    { path: ['script'], holds: (job) => checksWell(job, goal, around) },
    {
      path: ['artifacts', 'paths'],
      holds: (job) =>
        isDeepStrictEqual(lines(valueAt(job, ['artifacts', 'paths'])), checkedPaths(goal, around)),
    },
    noReports,
    { path: ['rules'], holds: (job) => runsWhenPublished(job, goal, around) },
  ];
}

function checksWell(job: YamlTable, { publishWith }: PipelineGoal, { dist, files }: Surroundings): boolean {
  const items = lines(job.script).map((item) => item.trim());
  const installs = (item: string) => /--system --target tools\b.*\btwine==[\d.]+/.test(item);
  const brings = publishWith === 'uv' || (items.some(installs) && items.includes(`rm -rf ${toolsFolder}`));
  return brings && items.includes(tagCheck(dist, files));
}
