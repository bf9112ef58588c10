import { isYamlTable, type YamlTable } from '../../yaml.ts';
import { insertItem, ownAt, setYaml, valueAt } from '../../yaml-draft.ts';
import { imageOf } from '../checks.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { lacksGit } from '../recognise/commands.ts';
import { scriptOf } from '../recognise/jobs.ts';
import { buildLines, dataOf } from '../template.ts';

/** GitLab's own runners take a Ruby image where the file names none, and uv is in none but its own. */
export function bringUv(edit: PipelineEdit, name: string): void {
  const job = jobOf(edit, name);
  const needsUv = /\buv[ \t]+(?:build|run|version|sync|pip|tool)\b|\buvx\b/.test(scriptOf(job));
  if (!needsUv || anyImage(edit, job) !== '' || /\binstall\b.*\buv\b|astral\.sh\/uv/.test(scriptOf(job)))
    return;
  const template = buildLines({ ...edit.goal, publishWith: 'uv' }, { ...edit.around, buildJobs: [name] });
  const image = valueAt(dataOf(template)[name], ['image']) ?? null;
  note(edit, [name, 'image'], undefined, image);
  setYaml(edit.draft, [name, 'image'], image);
}

/** The image that a job runs in, by itself or as all jobs do; empty where the runner decides. */
function anyImage(edit: PipelineEdit, job: YamlTable): string {
  const data = seen(edit);
  return imageOf(job) || imageOf(isYamlTable(data.default) ? data.default : {}) || imageOf(data);
}

/** The version is taken from git, which slim images lack. */
export function bringGit(edit: PipelineEdit, name: string): void {
  const { draft } = edit;
  const job = jobOf(edit, name);
  const image = anyImage(edit, job);
  if (!lacksGit(image) || /\bgit\b/.test(scriptOf(job))) return;
  const whole = image.replace(/^((?:[\w.-]+\/)*(?:python|uv):[\w.-]*?)-slim(?=-|$)/, '$1');
  const script = ownAt(draft, [name, 'script']);
  if (whole !== image) {
    const path = [name, 'image', ...(isYamlTable(job.image) ? ['name'] : [])];
    note(edit, path, image, whole);
    setYaml(draft, path, whole);
  } else if (/alpine/.test(image) && Array.isArray(script)) {
    note(edit, [name, 'script'], `${image} has no git`, 'apk add --no-cache git');
    insertItem(draft, [name, 'script'], 0, 'apk add --no-cache git');
  } else {
    edit.notes.push(
      `The job '${name}' runs in ${image}, which has no git as far as is known; the version is taken from git, so install it there.`,
    );
  }
}
