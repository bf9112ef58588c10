import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { GitLab } from '../../src/ports/gitlab.ts';
import { connectGitLab } from '../../src/ports/gitlab-rest/index.ts';
import { type RehearsalGitLab, startGitLab } from '../../src/rehearsal/gitlab/server.ts';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { testNetwork } from '../support/network.ts';

const bytes = '\ufeffone\r\ntwo';
let server: RehearsalGitLab;
let gitlab: GitLab;

beforeEach(async () => {
  server = await startGitLab(teamState({}, { 'a.txt': 'one\n', 'src/b.txt': 'two\n' }));
  gitlab = connectGitLab({ url: server.url, token: new Secret('glpat-demo-alice'), network: testNetwork() });
});

afterEach(() => server.close());

const head = async (branch: string) => (await gitlab.branch(42, branch))?.head.sha ?? '';

async function commitOn(branch: string, text: string, replace = false): Promise<void> {
  const lastCommit = (await gitlab.fileVersion(42, 'a.txt', 'main'))?.lastCommit;
  const files = [{ path: 'a.txt', text, lastCommit }];
  await gitlab.commit(42, {
    branch,
    startSha: await head('main'),
    replace,
    message: 'Why\n\nBecause.',
    files,
  });
}

const textAt = async (path: string, ref: string) =>
  (await gitlab.fileVersion(42, path, ref))?.bytes.toString();

describe('the repository', () => {
  it('tells a branch with its head, whether it can be pushed to, and that there is none', async () => {
    expect(await gitlab.branch(42, 'main')).toMatchObject({ head: { message: 'Commit' }, mayPush: true });
    expect(await gitlab.branch(42, 'other')).toBeUndefined();
    server.state.projects[0]!.protected_branches[0]!.push_access_levels[0]!.access_level = 0;
    expect(await gitlab.branch(42, 'main')).toMatchObject({ mayPush: false });
  });

  it('lists all files of a commit, with the ids that git gives their contents', async () => {
    expect(await gitlab.tree(42, await head('main'))).toEqual([
      // `printf 'one\n' | git hash-object --stdin`
      { path: 'a.txt', kind: 'file', blob: '5626abf0f72e58d7a153368ba57db4c673c0e171' },
      { path: 'src/b.txt', kind: 'file', blob: 'f719efd430d52bcfc8566a43b2eb655688d38871' },
    ]);
  });

  it('commits each byte on a new branch, and replaces an existing one only if told to', async () => {
    await commitOn('setup', bytes);
    expect(await textAt('a.txt', 'setup')).toBe(bytes);
    expect(await textAt('a.txt', 'main')).toBe('one\n');
    await expect(commitOn('setup', 'other')).rejects.toThrow("A branch called 'setup' already exists");
    await commitOn('setup', 'other', true);
    expect(await textAt('a.txt', 'setup')).toBe('other');
  });

  it('tells what a branch has that another one has not', async () => {
    await commitOn('setup', 'first');
    expect(await gitlab.compare(42, await head('main'), await head('setup'))).toEqual({
      commits: [{ sha: await head('setup'), message: 'Why\n\nBecause.', authorName: 'Alice Archer' }],
      paths: ['a.txt'],
    });
    expect(await gitlab.compare(42, await head('setup'), await head('main'))).toEqual({
      commits: [],
      paths: [],
    });
  });
});

describe('a merge request', () => {
  const request = { source: 'setup', target: 'main', title: 'Set up', description: 'first' };

  it('is found by its branches, newest first, and one from a fork is none of the project', async () => {
    await commitOn('setup', 'first');
    await gitlab.createMergeRequest(42, request);
    await gitlab.describeMergeRequest(42, 1, 'second');
    const [one] = server.state.projects[0]!.merge_requests!;
    Object.assign(one!, { state: 'closed' });
    await gitlab.createMergeRequest(42, request);
    server.state.projects[0]!.merge_requests!.push({ ...one!, iid: 3, source_project_id: 7 });
    expect(await gitlab.mergeRequests(42, 'setup', 'main')).toMatchObject([
      { iid: 2, state: 'opened', description: 'first' },
      { iid: 1, state: 'closed', description: 'second' },
    ]);
    expect(await gitlab.mergeRequests(42, 'other', 'main')).toEqual([]);
  });
});
