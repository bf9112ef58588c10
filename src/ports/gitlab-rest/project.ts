import {
  Lint,
  PersonalAccessTokens,
  ProjectMembers,
  Projects,
  RepositoryFiles,
  Users,
} from '@gitbeaker/rest';
import type { GitLab, ProjectChange } from '../gitlab.ts';
import { GitLabError } from '../gitlab-error.ts';
import * as read from './read.ts';
import { send } from './requester.ts';
import type { Session } from './session.ts';

type Part = Pick<
  GitLab,
  | 'token'
  | 'currentUser'
  | 'server'
  | 'project'
  | 'updateProject'
  | 'members'
  | 'file'
  | 'lint'
  | 'lintCommitted'
>;

/** The token's user, and the project: https://docs.gitlab.com/api/projects/ */
export function projectPart(session: Session): Part {
  const { options, row, pages } = session;
  const members = new ProjectMembers(options);
  return {
    token: () => tokenInfo(session),
    currentUser: async () => read.readUser(row(await new Users(options).showCurrentUser())),
    server: () => serverInfo(session),
    project: async (path) => read.readProject(row(await new Projects(options).show(path))),
    updateProject: async (id, change) => {
      await session.raw.put(`projects/${id}`, { body: bodyOf(change) });
    },
    members: (id) => pages((page) => members.all(id, { includeInherited: true, ...page }), read.readMember),
    file: (id, path, ref) => fileText(session, id, path, ref),
    lint: async (id, content) => read.readLint(row(await new Lint(options).lint(id, content))),
    lintCommitted: async (id) => read.readLint(row(await new Lint(options).check(id, {}))),
  };
}

function bodyOf({ triggererMayApprove: allowed, pipelineVariablesRole: role }: ProjectChange) {
  return {
    ...(allowed === undefined ? {} : { allow_pipeline_trigger_approve_deployment: allowed }),
    // The role counts only where the older switch is on.
    ...(role === undefined
      ? {}
      : { restrict_user_defined_variables: true, ci_pipeline_variables_minimum_override_role: role }),
  };
}

/** OAuth tokens are not found at the endpoint for personal tokens, and have their own. */
async function tokenInfo({ connection, options, row }: Session) {
  try {
    return read.readToken(row(await new PersonalAccessTokens(options).show()));
  } catch (error) {
    if (!(error instanceof GitLabError) || error.status !== 400) throw error;
    const { body } = await send(connection, new URL(`${connection.url}/oauth/token/info`), 'GET');
    return read.readOAuthToken(row(body));
  }
}

/** `/metadata` came with 15.2; `/version` has always existed. */
async function serverInfo({ raw, row }: Session) {
  try {
    return read.readServer(row((await raw.get('metadata')).body));
  } catch (error) {
    if (!(error instanceof GitLabError) || error.status !== 404) throw error;
    return read.readServer(row((await raw.get('version')).body));
  }
}

async function fileText({ options, row }: Session, id: number, path: string, ref: string) {
  try {
    const { content } = row(await new RepositoryFiles(options).show(id, path, ref));
    return Buffer.from(String(content ?? ''), 'base64').toString('utf8');
  } catch (error) {
    const isMissing =
      error instanceof GitLabError && error.kind === 'not-found' && /File Not Found/i.test(error.message);
    if (isMissing) return undefined;
    throw error;
  }
}
