import {
  Environments,
  Lint,
  PersonalAccessTokens,
  ProjectMembers,
  ProjectProtectedEnvironments,
  Projects,
  ProjectVariables,
  ProtectedBranches,
  ProtectedTags,
  RepositoryFiles,
  Users,
} from '@gitbeaker/rest';
import type { GitLab } from '../gitlab.ts';
import { GitLabError } from '../gitlab.ts';
import { isTable } from '../json.ts';
import { notGitLab } from './errors.ts';
import { allPages, type Page } from './pages.ts';
import * as read from './read.ts';
import { type Connection, requesterFor, send } from './requester.ts';
import { accessList, accessRow, approvalRow } from './write.ts';

/** GitLab's REST API through gitbeaker, with requests of our own. https://docs.gitlab.com/api/rest/ */
export function connectGitLab(connection: Connection): GitLab {
  const { url } = connection;
  const options = {
    host: url,
    oauthToken: connection.token,
    requesterFn: requesterFor(connection),
    queryTimeout: null,
    rateLimits: {},
  };
  const protections = new ProjectProtectedEnvironments(options);
  const raw = new Projects(options).requester;
  const row = (answer: unknown): read.Row => {
    if (isTable(answer)) return answer;
    throw notGitLab(url, 200);
  };
  const pages = <T>(page: (options: Page) => Promise<unknown>, reader: (row: read.Row) => T) =>
    allPages(page, url).then((rows) => rows.map(reader));
  // gitbeaker 43.8.0 puts the name of a protected environment into the path as it is.
  const protection = (id: number, name: string) =>
    `projects/${id}/protected_environments/${encodeURIComponent(name)}`;

  return {
    url,
    token: () => tokenInfo(connection, new PersonalAccessTokens(options), row),
    currentUser: async () => read.readUser(row(await new Users(options).showCurrentUser())),
    project: async (path) => read.readProject(row(await new Projects(options).show(path))),
    members: (id) =>
      pages(
        (page) => new ProjectMembers(options).all(id, { includeInherited: true, ...page }),
        read.readMember,
      ),
    environments: (id) => pages((page) => new Environments(options).all(id, page), read.readEnvironment),
    createEnvironment: async (id, name, fields) => {
      await new Environments(options).create(id, name, fields as never);
    },
    updateEnvironment: async (id, environmentId, fields) => {
      await new Environments(options).edit(id, environmentId, fields as never);
    },
    protectedEnvironments: (id) =>
      pages((page) => protections.all(id, page as never), read.readProtectedEnvironment),
    protectEnvironment: async (id, name, { deployAccessLevels = [], approvalRules = [] }) => {
      const rules = {
        deploy_access_levels: deployAccessLevels.map(accessRow),
        approval_rules: approvalRules.map(approvalRow),
      };
      await raw.post(`projects/${id}/protected_environments`, { body: { name, ...rules } });
    },
    updateProtectedEnvironment: async (id, name, { deployAccessLevels = [], approvalRules = [] }) => {
      const rules = {
        deploy_access_levels: deployAccessLevels.map(accessRow),
        approval_rules: approvalRules.map(approvalRow),
      };
      await raw.put(protection(id, name), { body: rules });
    },
    protectedTags: (id) =>
      pages((page) => new ProtectedTags(options).all(id, page as never), read.readProtectedTag),
    protectTag: async (id, name, rows) => {
      await raw.post(`projects/${id}/protected_tags`, {
        body: { name, ...accessList('create_access_level', 'allowed_to_create', rows) },
      });
    },
    unprotectTag: async (id, name) => {
      await new ProtectedTags(options).remove(id, name);
    },
    protectedBranches: (id) =>
      pages((page) => new ProtectedBranches(options).all(id, page as never), read.readProtectedBranch),
    protectBranch: async (id, branch) => {
      await raw.post(`projects/${id}/protected_branches`, { body: newBranch(branch) });
    },
    updateProtectedBranch: async (id, name, { allowForcePush, allowedToPush }) => {
      const body = {
        ...(allowForcePush === undefined ? {} : { allow_force_push: allowForcePush }),
        ...(allowedToPush === undefined ? {} : { allowed_to_push: allowedToPush.map(accessRow) }),
      };
      await raw.patch(`projects/${id}/protected_branches/${encodeURIComponent(name)}`, { body });
    },
    unprotectBranch: async (id, name) => {
      await new ProtectedBranches(options).remove(id, name);
    },
    variables: (id) =>
      pages((page) => new ProjectVariables(options).all(id, page as never), read.readVariable),
    file: (id, path, ref) => fileText(new RepositoryFiles(options), id, path, ref, row),
    lint: async (id, content) => read.readLint(row(await new Lint(options).lint(id, content))),
  };
}

type AsRow = (answer: unknown) => read.Row;

/** An OAuth token does not know of itself as a personal one, and is asked about elsewhere. */
async function tokenInfo(connection: Connection, tokens: PersonalAccessTokens, row: AsRow) {
  try {
    return read.readToken(row(await tokens.show()));
  } catch (error) {
    if (!(error instanceof GitLabError) || error.status !== 400) throw error;
    const { body } = await send(connection, new URL(`${connection.url}/oauth/token/info`), 'GET');
    return read.readOAuthToken(row(body));
  }
}

async function fileText(files: RepositoryFiles, id: number, path: string, ref: string, row: AsRow) {
  try {
    const { content } = row(await files.show(id, path, ref));
    return Buffer.from(String(content ?? ''), 'base64').toString('utf8');
  } catch (error) {
    if (error instanceof GitLabError && error.kind === 'not-found' && /File Not Found/i.test(error.message))
      return undefined;
    throw error;
  }
}

function newBranch(branch: Parameters<GitLab['protectBranch']>[1]): Record<string, unknown> {
  return {
    name: branch.name,
    allow_force_push: branch.allowForcePush,
    ...accessList('push_access_level', 'allowed_to_push', branch.push),
    ...accessList('merge_access_level', 'allowed_to_merge', branch.merge),
    // An empty list is what a server without this level answers with.
    ...(branch.unprotect.length > 0
      ? accessList('unprotect_access_level', 'allowed_to_unprotect', branch.unprotect)
      : {}),
    ...(branch.codeOwnerApprovalRequired ? { code_owner_approval_required: true } : {}),
  };
}
