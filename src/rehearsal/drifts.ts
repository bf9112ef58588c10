import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { roleRow } from './gitlab/state.ts';
import type { World } from './world.ts';

/** Something that may happen to a project after setup. */
export interface Drift {
  /** In the past tense: 'Somebody let ...'. */
  label: string;
  /** The setting that drifts. */
  setting: string;
  happen(world: World): Promise<void>;
}

/** One drift for each setting that the wizard fixes. */
export const drifts: readonly Drift[] = [
  onGitLab('environment:release', 'the tier of the environment release became "other"', (project) => {
    for (const it of project.environments) if (it.name === 'release') it.tier = 'other';
  }),
  onGitLab('environment:release-test', 'the environment release-test was deleted', (project) => {
    project.environments = project.environments.filter(({ name }) => name !== 'release-test');
  }),
  onGitLab('protected-environment:release', 'Developers may deploy to release', (project) => {
    project.protected_environments[0]?.deploy_access_levels.push(roleRow(30));
  }),
  onGitLab('protected-tags', 'Developers may create every tag', (project) => {
    project.protected_tags = [{ name: '*', create_access_levels: [roleRow(30)] }];
  }),
  onGitLab('protected-branch', 'the default branch can be pushed to by force', (project) => {
    for (const branch of project.protected_branches) branch.allow_force_push = true;
  }),
  inFile('pyproject', 'pyproject.toml', 'local_scheme was taken out of pyproject.toml', (text) =>
    text.replace(/^raw-options.*\r?\n|^local_scheme.*\r?\n/m, ''),
  ),
  inFile('pipeline', '.gitlab-ci.yml', 'the build got a shallow clone', (text) =>
    text.replace('GIT_DEPTH: "0"', 'GIT_DEPTH: "20"'),
  ),
];

/** The drifts that can happen in a world: without protection, no protection can drift. */
export function driftsOf({ gitlab }: World): Drift[] {
  const isProtected = gitlab.state.projects.some((project) => project.protected_environments.length > 0);
  return drifts.filter(({ setting }) => isProtected || !setting.startsWith('protected-environment'));
}

type Project = World['gitlab']['state']['projects'][number];

function onGitLab(setting: string, label: string, change: (project: Project) => void): Drift {
  const happen = async ({ gitlab }: World) => {
    for (const project of gitlab.state.projects) change(project);
  };
  return { setting, label, happen };
}

function inFile(setting: string, name: string, label: string, change: (text: string) => string): Drift {
  const happen = async ({ directory }: World) => {
    const path = join(directory, name);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  return { setting, label, happen };
}
