import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable } from '../../text/yaml/document.ts';
import { insertItem, ownAt, setYaml } from '../../text/yaml/draft.ts';
import { imageFor } from '../checks.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { installs, lacksGit } from '../recognise/commands.ts';
import { scriptOf } from '../recognise/jobs.ts';
import { buildLines, dataOf } from '../template.ts';

/** GitLab's own runners default to a Ruby image, and only uv's own images contain uv. */
export function bringUv(edit: PipelineEdit, name: string): void {
  const job = jobOf(edit, name);
  const needsUv = /\buv[ \t]+(?:build|run|version|sync|pip|tool)\b|\buvx\b/.test(scriptOf(job));
  if (!needsUv || imageFor(job, seen(edit)) !== '' || installs(scriptOf(job), 'uv')) return;
  const template = buildLines({ ...edit.goal, publishWith: 'uv' }, { ...edit.around, buildJobs: [name] });
  const image = valueAt(dataOf(template)[name], ['image']) ?? null;
  note(edit, [name, 'image'], undefined, image);
  setYaml(edit.draft, [name, 'image'], image);
}

/** The image with git that replaces a slim one without; undefined if we know of none. */
export function imageWithGit(image: string): string | undefined {
  const whole = image.replace(/^((?:[\w.-]+\/)*(?:python|uv):[\w.-]*?)-slim(?=-|$)/, '$1');
  return whole === image ? undefined : whole;
}

/** How to install git on Alpine. */
export const addGit = 'apk add --no-cache git';

/** The version comes from git, which slim images lack. */
export function bringGit(edit: PipelineEdit, name: string): void {
  const { draft } = edit;
  const job = jobOf(edit, name);
  const image = imageFor(job, seen(edit));
  if (!lacksGit(image) || /\bgit\b/.test(scriptOf(job))) return;
  const whole = imageWithGit(image);
  const script = ownAt(draft, [name, 'script']);
  if (whole !== undefined) {
    const path = [name, 'image', ...(isYamlTable(job.image) ? ['name'] : [])];
    note(edit, path, image, whole);
    setYaml(draft, path, whole);
  } else if (/alpine/.test(image) && Array.isArray(script)) {
    note(edit, [name, 'script'], `${image} has no git`, addGit);
    insertItem(draft, [name, 'script'], 0, addGit);
  } else {
    edit.notes.push(
      `The job '${name}' runs in ${image}, which has no git as far as is known; the version is taken from git, so install it there.`,
    );
  }
}
