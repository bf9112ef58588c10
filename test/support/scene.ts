import { type GitLabState, type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type ReportLike, reportOf } from './program.ts';

/** A rehearsal world with its one project, and every request that changes something. */
export interface Scene {
  here: World;
  project: ProjectState;
  /** 'PUT protected_environments/release' with its body, in order; empty it to observe what comes next. */
  sent: { line: string; body: unknown }[];
}

/** Starts a world with changes to the project or to all of GitLab. */
export async function startScene(
  project: Partial<ProjectState> = {},
  server: Partial<GitLabState> = {},
): Promise<Scene> {
  const here = await startWorld({ state: { ...teamState(project, scratchFiles()), ...server } });
  const sent: Scene['sent'] = [];
  here.gitlab.intercept = ({ method, path, body }) => {
    const line = `${method} ${path.replace(/^\/api\/v4\/projects\/42\/?/, '')}`;
    if (method !== 'GET' && !path.endsWith('/ci/lint')) sent.push({ line, body: JSON.parse(body || '{}') });
    return undefined;
  };
  return { here, project: here.gitlab.state.projects[0]!, sent };
}

/** Sets up with all recommendations. */
export const setUp = ({ here }: Scene, ...options: string[]) =>
  reportOf(here, ['setup', '--yes', ...options]);

/** One setting of a report. */
export const settingOf = ({ settings }: ReportLike, id: string) => settings.find((it) => it.id === id);

/** Requests that changed something at a path containing this part, relative to the project. */
export const writesTo = (here: World, part: string) =>
  here.gitlab
    .writes()
    .filter(({ path }) => path.includes(part))
    .map(({ method, path }) => `${method} ${path.replace(/.*\/42\//, '')}`);
