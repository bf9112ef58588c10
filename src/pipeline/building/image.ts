import { gitInstaller, gitOf } from '../../python/image-git.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { ownAt } from '../../text/yaml/draft.ts';
import type { Check } from '../check.ts';
import { type PipelineEdit, seen } from '../edit.ts';
import { sharedBeforeScript } from '../globals.ts';
import { installs, lacksGit } from '../recognise/commands.ts';
import { imageFor } from '../recognise/image.ts';
import { scriptOf } from '../recognise/jobs.ts';
import { expand } from '../recognise/shell.ts';
import { jobVariables } from '../recognise/uploads.ts';
import { images } from '../tool-versions.ts';
import { want } from '../want.ts';

/** Whether a script runs uv, other than to publish. */
export const needsUv = (script: string) =>
  /\buv[ \t]+(?:build|run|version|sync|pip|tool)\b|\buvx\b/.test(script);

/** GitLab's own runners default to a Ruby image, and only uv's own images contain uv. */
export function uvCheck(edit: PipelineEdit): Check {
  return {
    path: ['image'],
    holds: (job) =>
      !needsUv(scriptOf(job)) || imageFor(job, seen(edit)) !== '' || installs(scriptOf(job), 'uv'),
    repair: (_, { name }) => want(edit, [name, 'image'], images.build),
  };
}

/** What gives the version from git needs Python 3.9 (setuptools 77 and newer: https://pypi.org/project/setuptools/). */
export function isOldPython(image: string): boolean {
  const [, minor] = /\bpython-?:?3\.(\d+)/.exec(image) ?? [];
  return minor !== undefined && Number(minor) < 9;
}

export const oldPython = (name: string, image: string): UnsafeEdit =>
  new UnsafeEdit(
    `the job '${name}' builds in ${image}, and what takes the version from git needs Python 3.9 or newer: give that job a newer image first`,
  );

/** The image with git that replaces a slim one without; undefined if we know of none. */
export function imageWithGit(image: string): string | undefined {
  const whole = image.replace(/^((?:[\w.${}-]+\/)*(?:python|uv):[\w.${}-]*?)-slim(?=-|$)/, '$1');
  return whole === image ? undefined : whole;
}

/** The version comes from git, which slim images lack. */
export function gitCheck(edit: PipelineEdit): Check {
  return {
    path: ['image'],
    holds: (job) => {
      const image = imageWithVariant(job, seen(edit));
      const lacks = lacksGit(image) || gitOf(image, []).has === 'no';
      const script = [scriptOf(job), ...sharedBeforeScript(job, seen(edit))].join('\n');
      return !lacks || /\bgit\b/.test(script);
    },
    repair: (_, { name }, job) => bringGit(edit, name, job),
  };
}

/** The image of a job, with the values of those variables that name its variant, such as `bookworm-slim`. */
function imageWithVariant(job: YamlTable, data: YamlTable): string {
  const variables = Object.entries(jobVariables(job, data)).filter(([, value]) => /slim|alpine/.test(value));
  return expand(imageFor(job, data), Object.fromEntries(variables));
}

function bringGit(edit: PipelineEdit, name: string, job: YamlTable): void {
  const image = imageWithVariant(job, seen(edit));
  const whole = imageWithGit(image);
  const line = gitInstaller(image);
  const shared = sharedBeforeScript(job, seen(edit));
  const key = shared.length > 0 || job.before_script !== undefined ? 'before_script' : 'script';
  const own = ownAt(edit.draft, [name, key]) ?? shared;
  if (whole !== undefined)
    want(edit, [name, 'image', ...(isYamlTable(job.image) ? ['name'] : [])], whole, { current: image });
  else if (line !== undefined && Array.isArray(own) && (own.length > 0 || key === 'before_script'))
    want(edit, [name, key], [line, ...own], { current: own });
  else
    edit.notes.push(
      `The job '${name}' runs in ${image}, which has no git as far as is known; the version is taken from git, so install it there.`,
    );
}
