import type { YamlValue } from '../../text/yaml/document.ts';
import {
  hasOwn,
  insertItem,
  isInBrackets,
  ownAt,
  removeItem,
  removeYaml,
  replaceItem,
  setYaml,
} from '../../text/yaml/draft.ts';
import { jobOf, note, type PipelineEdit, type PublishingJob } from '../edit.ts';
import { lines } from '../recognise/jobs.ts';
import { publishItems } from '../uploading.ts';
import type { PlannedItem, ScriptPlan } from './script-plan.ts';

/** A publishing job, and the hidden base it shares with others of its kind, or itself. */
type Home = Pick<PublishingJob, 'index' | 'name'> & { home: string };

/** Replaces how a job uploads, and drops what only served the old way. */
export function repairScripts(edit: PipelineEdit, { index, name, home }: Home, plan: ScriptPlan): void {
  const { goal, around } = edit;
  const job = jobOf(edit, name);
  const upload = publishItems(goal, index, around.dist, plan.files);
  note(edit, [name, 'script'], lines(job.script), upload[0] ?? null);
  writeItems(edit, [name, 'script'], lines(job.script), plan.script, upload);
  prepare(edit, { name, home }, lines(job.before_script), plan.beforeScript);
}

/** Removes from `before_script` what set up the old way, if the job or its own base contains it. */
function prepare(
  edit: PipelineEdit,
  { name, home }: Omit<Home, 'index'>,
  before: string[],
  plan: PlannedItem[],
): void {
  const { draft } = edit;
  const holder = [name, home].find((it) => hasOwn(draft, [it, 'before_script']));
  if (
    holder === undefined ||
    plan.every((item, at) => typeof item === 'object' && 'keep' in item && item.keep === before[at])
  )
    return;
  const path = [holder, 'before_script'];
  const kept = textsOf(plan, []);
  note(edit, path, before, kept);
  if (kept.length > 0) writeItems(edit, path, before, plan, []);
  else if (edit.around.hasDefaultBeforeScript) setYaml(draft, path, []);
  else removeYaml(draft, path);
}

/**
 * Item by item, to keep the comments between them. As a whole if the list is defined elsewhere or in flow style, which
 * cannot hold multi-line code.
 */
function writeItems(
  { draft }: PipelineEdit,
  path: string[],
  before: string[],
  plan: PlannedItem[],
  upload: string[],
): void {
  const uploads = plan.some(isUpload);
  const wanted =
    uploads || upload.length === 0 ? plan : [...plan, { before: [], upload: true as const, after: [] }];
  const own = ownAt(draft, path);
  const fits = !isInBrackets(draft, path) || upload.every((item) => !item.includes('\n'));
  if (!isPlainList(own) || own.length !== before.length || !fits || wanted.every((item) => item === 'gone')) {
    setYaml(draft, path, textsOf(wanted, upload));
    return;
  }
  for (const [at, item] of [...wanted.entries()].toReversed()) {
    if (item === 'gone') removeItem(draft, path, at, aboutUpload);
    else if ('keep' in item) keep(draft, path, at, item.keep, before[at]);
    else exchange(draft, path, at, [...item.before, ...upload, ...item.after], before[at]);
  }
}

/** A comment that may stand for the whole script, though it is above what only prepared the upload. */
const aboutUpload = /\b(?:publish|upload|releas|deploy|push)/i;

function keep(draft: PipelineEdit['draft'], path: string[], at: number, text: string, before?: string): void {
  if (text !== before) replaceItem(draft, path, at, text);
}

/** Replaces one item with several, or appends them. */
function exchange(
  draft: PipelineEdit['draft'],
  path: string[],
  at: number,
  items: string[],
  before?: string,
): void {
  const [first = '', ...others] = items;
  if (before === undefined) insertItem(draft, path, at, first);
  else replaceItem(draft, path, at, first);
  for (const [index, item] of others.entries()) insertItem(draft, path, at + 1 + index, item);
}

function textsOf(plan: PlannedItem[], upload: string[]): string[] {
  return plan.flatMap((item) => {
    if (item === 'gone') return [];
    return 'keep' in item ? [item.keep] : [...item.before, ...upload, ...item.after];
  });
}

const isUpload = (item: PlannedItem) => typeof item === 'object' && 'upload' in item;

function isPlainList(value: YamlValue | undefined): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
