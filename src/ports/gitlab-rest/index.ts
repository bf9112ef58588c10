import type { GitLab } from '../gitlab.ts';
import { environmentsPart } from './environments.ts';
import { jobsPart } from './jobs.ts';
import { projectPart } from './project.ts';
import { protectedRefsPart } from './protected-refs.ts';
import { repositoryPart } from './repository.ts';
import type { Connection } from './requester.ts';
import { openSession } from './session.ts';
import { variablesPart } from './variables.ts';

/** GitLab's REST API through gitbeaker, with our own requester: https://docs.gitlab.com/api/rest/ */
export function connectGitLab(connection: Connection): GitLab {
  const session = openSession(connection);
  return {
    url: connection.url,
    ...projectPart(session),
    ...environmentsPart(session),
    ...jobsPart(session),
    ...protectedRefsPart(session),
    ...repositoryPart(session),
    ...variablesPart(session),
  };
}
