import { type Facts, knownIndexes } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { ownValue } from '../kernel/own-value.ts';
import { editPipeline, type PipelineReading, publisherNames, readPipeline } from '../pipeline/index.ts';
import { entriesOf, localPath, readWhole } from '../pipeline/model/includes.ts';
import type { Upload } from '../pipeline/model/uploads.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { type Job, jobValue, visibleJobs } from '../pipeline/recognise/jobs.ts';
import { adverse, runsOn } from '../pipeline/recognise/rules.ts';
import type { EditResult } from '../text/result.ts';
import { valueAt } from '../text/yaml/data.ts';
import { type YamlTable, yamlIn } from '../text/yaml/document.ts';

/** A file in the checkout that a job triggers as a child pipeline. */
interface Child {
  path: string;
  text: string;
  trigger: Job;
  reading: PipelineReading;
}

/**
 * The verdict on the one child pipeline that publishes, where the pipeline file itself does not: that of the edit by
 * which a pipeline file is judged, although this one is not made. PyPI knows the jobs of both by the pipeline file.
 */
export function verdictOnChild(
  facts: Facts,
  { publishWith }: Goal,
  wanted: PipelineGoal,
  happens: Upload[],
): EditResult | undefined {
  const [child, second] = childrenOf(facts).filter(({ reading }) => publishes(reading));
  if (child === undefined || second !== undefined || publishes(facts.pipeline.reading)) return undefined;
  const { path, text, trigger, reading } = child;
  const { data } = readWhole(text, (it) => facts.texts.get(it));
  const isOpenChoice =
    publishWith.source.by === 'default' && Object.values(facts.indexes).every(({ official }) => official);
  const tool = isOpenChoice ? reading.publishWith : undefined;
  const goal = { ...wanted, path, publishWith: tool ?? wanted.publishWith };
  const edit = editPipeline(startedBy('push', text), goal, data);
  const what = `${path}, which the job '${trigger.name}' starts as a child pipeline, publishes`;
  if (edit.kind === 'refused')
    return { ...edit, reason: `${what}. ${edit.reason}`, manual: asChild(edit.manual) };
  const names = publisherNames({ ...reading, included: data }, knownIndexes(facts.indexes));
  const jobs = Object.values(names)
    .flat()
    .map((name) => jobValue(data, name));
  const isOpen = adverse.some((occasion) => {
    const may = (job: YamlTable) => runsOn(job, occasion, wanted) !== false;
    const source = ownValue(sources, occasion) ?? 'push';
    return may(trigger.value) && jobs.some((job) => may(JSON.parse(startedBy(source, JSON.stringify(job)))));
  });
  const isRight = !isOpen && happens.every(isOnTag);
  const all = edit.kind === 'edited' ? edit.differences : [];
  const differences = all.filter(({ field }) => !(isRight && field.endsWith('.rules')));
  if (differences.length === 0 && !isOpen)
    return { kind: 'unchanged', notes: [...edit.notes, `${what}; PyPI knows its jobs by ${wanted.path}.`] };
  const limit = `Limit the job '${trigger.name}' of ${wanted.path} by its rules to '$CI_PIPELINE_SOURCE == "push"', since a child pipeline cannot tell what started its parent.`;
  const right = edit.kind === 'edited' ? asChild(edit.edits[0]?.after ?? '') : '';
  return {
    kind: 'refused',
    reason: `${what}, but not in every way as it should; the files of child pipelines are not edited.`,
    differences,
    manual: [
      ...(isOpen ? [limit] : []),
      ...(differences.length > 0 ? [`${path} as it should be:\n\n${right}`] : []),
    ].join('\n'),
    notes: [],
  };
}

const publishes = ({ publishesBy, hasTestJob, unsettled }: PipelineReading): boolean =>
  publishesBy !== undefined || hasTestJob || unsettled.length > 0;

function childrenOf({ pipeline: { reading }, texts, indexes }: Facts): Child[] {
  return visibleJobs(reading.file?.data ?? {}).flatMap((trigger) =>
    entriesOf(valueAt(trigger.value, ['trigger', 'include'])).flatMap((entry) => {
      const path = localPath(entry);
      const text = path === undefined ? undefined : texts.get(path);
      if (path === undefined || text === undefined || yamlIn(text) === undefined) return [];
      return [{ path, text, trigger, reading: readPipeline(text, knownIndexes(indexes)) }];
    }),
  );
}

/** To the jobs of a child pipeline the source is always `parent_pipeline`; here, what started the parent. */
const startedBy = (source: string, text: string) => text.replaceAll('parent_pipeline', source);

const asChild = (text: string) =>
  text.replace(/CI_PIPELINE_SOURCE.*/g, (line) => line.replace(/\bpush\b/g, 'parent_pipeline'));

/** What starts pipelines that must not publish, besides pushes: whoever starts those can pass variables. */
const sources: Record<string, string> = {
  'merge-request': 'merge_request_event',
  web: 'web',
  api: 'api',
  trigger: 'trigger',
};

const isOnTag = ({ target, occasion }: Upload): boolean =>
  target.kind !== 'index' || target.id !== 'pypi' || occasion.endsWith('-tag');
