import { isCredentialName } from '../../indexes/upload-variables.ts';
import { ownValue } from '../../kernel/own-value.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { firstLine } from '../../text/text.ts';
import { fieldsOf } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { appendJobs, hasOwn, removeYaml } from '../../text/yaml/draft.ts';
import { note, type PipelineEdit, seen } from '../edit.ts';
import { isRedirecting } from '../globals.ts';
import { flat, jobOfNeed, stageOf, visibleJobs } from '../recognise/jobs.ts';
import { variablesRead } from '../recognise/shell.ts';
import { isEarlier } from '../stages.ts';
import { dataOf, linesOf } from '../template.ts';
import { type ScriptPlan, setsUp } from './script-plan.ts';

/** What a job without the token inherits from the job it is split off from. */
const inherited = ['image', 'services', 'tags', 'cache', 'inherit', 'retry', 'timeout'];

/**
 * Moves whatever a publishing job does besides the upload into separate jobs without a token: what came before gates
 * the upload, what came after waits for it.
 */
export function moveRest(
  edit: PipelineEdit,
  name: string,
  job: YamlTable,
  { before, after }: ScriptPlan['rest'],
  rules: YamlTable[],
): void {
  const { around } = edit;
  const isManual = [job, ...rules].some(({ when }) => when === 'manual') || isBehindGate(job, seen(edit));
  const acting = isManual ? before.find((text) => actsOutside.test(text) && !setsUp(text)) : undefined;
  if (acting !== undefined)
    throw new UnsafeEdit(
      `the job '${name}', which is started by hand, does more than upload (${firstLine(acting)}): move that into a job of its own first`,
    );
  const variables = variablesFor(job, [...before, ...after]);
  const common = {
    ...fieldsOf(job, inherited),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    rules: rules.map(byItself),
  };
  if (before.length > 0)
    append(edit, gateOf(name), `what '${name}' did before the upload`, {
      stage: around.checkStage,
      needs: around.buildJobs,
      ...common,
      script: before,
    });
  const { release } = job;
  if (after.length > 0 || release !== undefined)
    append(edit, `${name}-afterwards`, `what '${name}' did after the upload`, {
      stage: stageOf(job),
      needs: [...around.buildJobs, name],
      ...common,
      script: after.length > 0 ? after : ['echo "Published; next is the release on GitLab."'],
      ...(release === undefined ? {} : { release }),
    });
  if (release !== undefined) takeRelease(edit, name, release);
}

/** Whether somebody has to start a job that this one waits for. */
function isBehindGate(job: YamlTable, data: YamlTable): boolean {
  return visibleJobs(data).some(({ name, value }) => {
    const isBefore =
      job.needs === undefined
        ? isEarlier(data, stageOf(value), stageOf(job))
        : flat(job.needs).some((need) => jobOfNeed(need) === name);
    return isBefore && [value, ...flat(value.rules)].some((it) => isYamlTable(it) && it.when === 'manual');
  });
}

/** The release on GitLab needs a program of the job's own image, after its script. */
function takeRelease(edit: PipelineEdit, name: string, release: YamlValue): void {
  const { draft } = edit;
  if (!hasOwn(draft, [name, 'release']))
    throw new UnsafeEdit(`'release' of the job '${name}' comes from elsewhere: give the job its own first`);
  note(edit, [name, 'release'], release, null);
  removeYaml(draft, [name, 'release']);
}

/** Has an effect outside the job, so that whoever starts the job by hand must have meant it. */
const actsOutside =
  /(?:^|[\s;&|(])(?:git[ \t]+(?:push|tag)|glab|gh|release-cli|curl|wget|docker|podman|ssh|scp|rsync|aws|gsutil|semantic-release)\b/;

/** Waits for nobody: what gates a manual job would otherwise stop the pipeline at an early stage until it is clicked. */
function byItself(rule: YamlTable): YamlTable {
  if (rule.when !== 'manual' && rule.when !== 'delayed') return rule;
  const { when: _when, start_in: _start, allow_failure: _allow, ...rest } = rule;
  return rest;
}

/** The job that must pass before another one publishes. */
export const gateOf = (name: string) => `${name}-checks`;

function append(edit: PipelineEdit, name: string, what: string, job: YamlTable): void {
  if (ownValue(seen(edit), name) !== undefined)
    throw new UnsafeEdit(
      `a job '${name}' is there already, which is what the rest of another would be called`,
    );
  const lines = linesOf(name, job);
  note(edit, [name], undefined, what);
  appendJobs(edit.draft, lines, dataOf(lines));
}

/** Addresses only for commands that read them, such as a message that names one. */
function variablesFor({ variables }: YamlTable, commands: string[]): YamlTable {
  if (!isYamlTable(variables)) return {};
  const read = variablesRead(commands.join('\n'));
  const stays = (key: string) => !isCredentialName(key) && (!isRedirecting(key) || read.includes(key));
  return Object.fromEntries(Object.entries(variables).filter(([key]) => stays(key)));
}
