import { fromGitLab, type Sourced } from '../kernel/source.ts';
import type { Project } from '../ports/gitlab.ts';

/** Whether GitLab reads the pipeline from another project (`path@group/project`) or a URL. */
export function isForeignPipeline(ciConfigPath: string | null): boolean {
  return /^https?:\/\/|@/.test(ciConfigPath ?? '');
}

/** The project's own pipeline file; GitLab's default if the pipeline is defined elsewhere. */
export function pipelinePath(project: Pick<Project, 'ciConfigPath' | 'path'>): Sourced<string> {
  const path = project.ciConfigPath?.trim();
  if (!path || isForeignPipeline(path))
    return { value: '.gitlab-ci.yml', source: { by: 'default', whose: 'GitLab' } };
  return { value: path.replace(/^\.?\/+/, ''), source: fromGitLab({ kind: 'project', path: project.path }) };
}
