import { createHash } from 'node:crypto';
import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, refuse, required, requireLevel } from './call.ts';
import type { CommitState, ProjectState } from './state.ts';

/** Texts by path. */
export type Files = Record<string, string>;

const hash = (value: unknown) => createHash('sha1').update(JSON.stringify(value)).digest('hex');

/** The commit at the head of a branch; here, equal files are the same commit. */
export function headOf(files: Files): string {
  return hash(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Stands in for the last commit that changed a file. */
export function lastCommitOf(path: string, text: string): string {
  return hash([path, text]);
}

/** The files at a branch or commit; undefined if there is none of that name. */
export function filesAt(project: ProjectState, ref: string): Files | undefined {
  const known = [...Object.values(project.files), ...(project.commits ?? []).map(({ files }) => files)];
  const id = project.pushed?.[ref] ?? ref;
  return Object.hasOwn(project.files, ref) ? project.files[ref] : known.find((files) => headOf(files) === id);
}

/** A push of files that git has committed. */
export function acceptPush(project: ProjectState, branch: string, sha: string, files: Files): void {
  project.files[branch] = files;
  const others = Object.entries(project.pushed ?? {}).filter(([, id]) => id !== headOf(files));
  project.pushed = { ...Object.fromEntries(others), [sha]: headOf(files) };
}

/** A commit in the API, with the fields that every commit has. */
export function shownCommit({ base, project, state }: ProjectCall, files: Files) {
  const own = headOf(files);
  const [id = own] = Object.entries(project.pushed ?? {}).find(([, it]) => it === own) ?? [];
  const known = commitOf(project, own);
  const message = known?.message ?? 'Commit';
  const author = state.users.find((user) => user.id === known?.authorId) ?? state.users[0];
  return {
    id,
    short_id: id.slice(0, 8),
    title: message.split('\n')[0],
    message,
    author_name: author?.name,
    author_email: `${author?.username}@example.org`,
    created_at: '2026-01-01T00:00:00.000Z',
    parent_ids: known?.parent === undefined ? [] : [known.parent],
    web_url: `${base}/${project.path_with_namespace}/-/commit/${id}`,
  };
}

const commitOf = (project: ProjectState, id: string): CommitState | undefined =>
  project.commits?.find(({ files }) => headOf(files) === id);

/** A commit and everything before it, newest first. */
export function historyOf(project: ProjectState, id: string): string[] {
  const ids = [id];
  for (let parent = commitOf(project, id)?.parent; parent !== undefined && !ids.includes(parent); ) {
    ids.push(parent);
    parent = commitOf(project, parent)?.parent;
  }
  return ids;
}

/** Commits are remembered when a branch has gone on, each once. */
function remember(project: ProjectState, commit: CommitState): void {
  const others = (project.commits ?? []).filter(({ files }) => headOf(files) !== headOf(commit.files));
  project.commits = [...others, commit];
}

interface Action {
  action: string;
  file_path: string;
  content?: string;
  encoding?: string;
  last_commit_id?: string;
  previous_path?: string;
}

/** Commits changes to files, on an existing or new branch: https://docs.gitlab.com/api/commits/ */
export function createCommit(call: ProjectCall): Outgoing {
  requireLevel(call, 30);
  const { project, params } = call;
  const branch = String(required(params, 'branch'));
  const message = String(required(params, 'commit_message'));
  const actions = required(params, 'actions') as Action[];
  if (params.start_branch !== undefined && params.start_sha !== undefined)
    throw refuse.parameter('start_branch, start_sha are mutually exclusive');
  requirePush(call, branch);
  refuseWithoutContent(actions);
  const base = baseOf(call, branch);
  const files = actions.reduce(applied, base);
  const parent = headOf(base);
  const before = project.files[branch];
  for (const known of before ? [base, before] : [base])
    if (commitOf(project, headOf(known)) === undefined) remember(project, { files: known });
  if (headOf(files) !== parent) remember(project, { files, parent, message, authorId: call.user.id });
  project.files[branch] = files;
  return { status: 201, body: shownCommit(call, files) };
}

/** The files that a commit starts from. An existing branch is only reset by force. */
function baseOf({ project, params }: ProjectCall, branch: string): Files {
  const existing = Object.hasOwn(project.files, branch) ? project.files[branch] : undefined;
  const start = params.start_sha ?? params.start_branch;
  if (start === undefined) {
    if (existing) return existing;
    throw refuse.text('You can only create or edit files when you are on a branch');
  }
  if (existing && params.force !== true)
    throw refuse.text(
      `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
    );
  const base = filesAt(project, String(start));
  if (!base) throw refuse.text(`Cannot find start ${params.start_sha ? 'sha' : 'branch'} '${start}'`);
  return base;
}

function refuseWithoutContent(actions: Action[]): void {
  for (const [at, { action, content }] of actions.entries())
    if (['create', 'update'].includes(action) && content === undefined)
      throw refuse.badRequest(`actions[${at}][content] is required for ${action} action`);
}

function applied(files: Files, { action, file_path: path, ...change }: Action): Files {
  const source = change.previous_path ?? path;
  const old = Object.hasOwn(files, source) ? files[source] : undefined;
  if (action === 'create' && old !== undefined) throw refuse.text('A file with this name already exists');
  if (action !== 'create' && old === undefined) throw refuse.text("A file with this name doesn't exist");
  const { last_commit_id: seen } = change;
  if (seen !== undefined && old !== undefined && seen !== lastCommitOf(source, old))
    throw refuse.text(`The file has changed since you started editing it: ${source}`);
  const { [source]: _, ...others } = files;
  if (action === 'delete') return others;
  const content =
    change.encoding === 'base64'
      ? Buffer.from(change.content ?? '', 'base64').toString('utf8')
      : (change.content ?? old ?? '');
  return { ...others, [path]: content };
}

/** Throws if the sender may not push to a protected branch, including a new one that matches a rule. */
function requirePush(call: ProjectCall, branch: string): void {
  if (!mayPush(call, branch)) throw refuse.forbidden('You are not allowed to push into this branch');
}

/** Whether the sender may push to a branch: by its rules, else from Developer. */
export function mayPush(call: ProjectCall, branch: string): boolean {
  const rules = call.project.protected_branches.filter(({ name }) => fits(name, branch));
  const isAllowed = rules.some(({ push_access_levels: rows }) =>
    rows.some(
      ({ access_level, user_id }) =>
        (access_level !== null && access_level > 0 && call.level >= access_level) || user_id === call.user.id,
    ),
  );
  return rules.length > 0 ? isAllowed : call.level >= 30;
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
