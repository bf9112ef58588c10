import { ownValue } from '../kernel/own-value.ts';
import { valueAt } from '../text/yaml/data.ts';
import type { YamlTable } from '../text/yaml/document.ts';
import { hasDefaultBeforeScript } from './globals.ts';
import type { OccasionId } from './model/types.ts';
import type { PipelineGoal } from './pipeline-goal.ts';
import { publishingRules } from './publishing/conditions.ts';
import { flat, jobValue, resolveRules, runnerTagsIn } from './recognise/jobs.ts';
import { pushRule, tagRule, usuallyRuns } from './recognise/rules.ts';
import { rolesOf } from './roles.ts';
import { stageBefore, stagesOf } from './stages.ts';
import {
  attestLines,
  baseJob,
  baseLines,
  buildLines,
  checkLines,
  noSurroundings,
  publishLines,
  type Surroundings,
} from './template.ts';

/** The jobs as they would stand in a file that cannot be edited: in its stages, on its runners, under names that are free. */
export function jobsToPaste(goal: PipelineGoal, data: YamlTable): string {
  const releases = releaseRules(goal, data);
  const running = releases.filter((rule) => rule.when !== 'never');
  const around = {
    ...surroundingsIn(data),
    rules: [...running.map(({ if: it }) => ({ if: it ?? null })), pushRule],
  };
  const publishing = goal.indexes.map((index) =>
    publishLines(goal, index, around, index.id === 'pypi' ? releases : undefined),
  );
  const base = baseLines(goal, around);
  const attest = goal.attest ? [attestLines(goal, around)] : [];
  const blocks = [buildLines(goal, around), checkLines(goal, around), ...attest, base, ...publishing];
  const text = blocks.map((block) => block.join('\n')).join('\n\n');
  return `Replace the jobs that publish there now in ${goal.path} with these:\n\n${text}\n${workflowAdvice(goal, data)}`;
}

/** The conditions of the job that releases now, where there is one that has some; else those of any tag. */
function releaseRules(goal: PipelineGoal, data: YamlTable): YamlTable[] {
  const { publishers, mixed } = rolesOf(data, goal.indexes, goal.route);
  const names = new Set([...publishers.pypi.map(({ name }) => name), ...mixed]);
  const [name] = names;
  const rules = name === undefined ? [] : publishingRules(jobValue(data, name), 'pypi', goal, data).slice(1);
  return names.size === 1 && rules.every((rule) => typeof rule.if === 'string') ? rules : [tagRule];
}

/** The rules without which GitLab makes no pipeline for the new jobs. */
function workflowAdvice(goal: PipelineGoal, data: YamlTable): string {
  const rules = valueAt(data, ['workflow', 'rules']);
  if (!Array.isArray(rules)) return '';
  const needed: [OccasionId, YamlTable][] = [
    ['version-tag', tagRule],
    ['default-branch', pushRule],
  ];
  const missing = needed.filter(
    ([occasion]) => !usuallyRuns(resolveRules(flat(rules), data), occasion, goal),
  );
  if (missing.length === 0) return '';
  const text = missing.map(([, rule]) => `  - if: ${String(rule.if)}`).join('\n');
  return `\nThe file's 'workflow:rules' create no pipeline for that, so put these rules first:\n\n${text}\n`;
}

function surroundingsIn(data: YamlTable): Surroundings {
  const free = (name: string, other: string) => (ownValue(data, name) === undefined ? name : other);
  const { names, checkJob, attestJob } = noSurroundings;
  return {
    ...noSurroundings,
    ...stagesIn(data),
    buildJobs: [free('build', 'build-package')],
    checkJob: free(checkJob, 'check-package-dist'),
    attestJob: free(attestJob, 'attest-package'),
    base: free(baseJob, '.publish-package'),
    names: {
      pypi: free(names.pypi, 'release-pypi'),
      testpypi: free(names.testpypi, 'release-testpypi'),
    },
    runnerTags: runnerTagsIn(data),
    hasDefaultBeforeScript: hasDefaultBeforeScript(data),
  };
}

/** Two stages of the file, of which the second comes later; `.pre` and `.post` are always there. */
function stagesIn(data: YamlTable): Pick<Surroundings, 'buildStage' | 'checkStage' | 'publishStage'> {
  const all = stagesOf(data).filter((stage) => !/^\.(?:pre|post)$/.test(stage));
  const buildStage = all.includes('build') ? 'build' : (all[0] ?? '.pre');
  const behind = all.slice(all.indexOf(buildStage) + 1);
  const publishStage = ['deploy', 'publish', 'release'].find((it) => behind.includes(it)) ?? behind.at(-1);
  if (publishStage !== undefined)
    return { buildStage, checkStage: stageBefore([publishStage], buildStage, all), publishStage };
  const only = buildStage === '.pre' ? '.post' : buildStage;
  return { buildStage: '.pre', checkStage: '.pre', publishStage: only };
}
