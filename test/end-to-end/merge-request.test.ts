import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MergeRequestState } from '../../src/rehearsal/gitlab/state.ts';
import { type ReportLike, reportOf, runIn } from '../support/program.ts';
import { type Scene, settingOf, startScene } from '../support/scene.ts';

const branch = 'gitlab-to-pypi';
const paths = ['.gitlab-ci.yml', 'pyproject.toml'] as const;
let scene: Scene;

afterEach(() => scene.here.close());

/** Sets up by merge request; what it changed is in `scene.sent` and, for the repository, in `sentTo`. */
async function deliver(...options: string[]): Promise<Delivered> {
  scene.sent.length = 0;
  const args = ['setup', '--yes', '--deliver', 'merge-request', ...options];
  const { report } = await reportOf(scene.here, args);
  return report as Delivered;
}

interface Delivered extends ReportLike {
  delivery: { kind: string; branch?: string; url?: string | null; state?: string };
}

const check = async (token?: string) => (await reportOf(scene.here, ['check'], token)).report as Delivered;

/** The changes of the repository and its merge requests, in order. */
const sentTo = () =>
  scene.sent.filter(({ line }) => /repository|merge_requests/.test(line)).map(({ line }) => line);

const requests = (): MergeRequestState[] => scene.project.merge_requests ?? [];
const onBranch = () => scene.project.files[branch] ?? {};
const statusOf = () =>
  execFileSync('git', ['-C', scene.here.directory, 'status', '--porcelain'], { encoding: 'utf8' });
const inWorkTree = (path: string) => readFileSync(join(scene.here.directory, path), 'utf8');
const outcomes = (report: ReportLike) =>
  ['pipeline', 'pyproject'].map((id) => settingOf(report, id)?.outcome ?? settingOf(report, id)?.state);

/** Sends a request to GitLab as somebody; none of these count as the program's. */
async function asked(method: string, path: string, body: object, token = 'glpat-demo-alice') {
  const { intercept } = scene.here.gitlab;
  delete scene.here.gitlab.intercept;
  const response = await fetch(`${scene.here.gitlab.url}/api/v4/projects/42/${path}`, {
    method,
    headers: { 'private-token': token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (intercept) scene.here.gitlab.intercept = intercept;
  if (!response.ok) throw new Error(await response.text());
}

const commitTo = (to: string, file: string, content: string, token?: string) =>
  asked(
    'POST',
    'repository/commits',
    {
      branch: to,
      commit_message: 'Change it',
      actions: [{ action: scene.project.files[to]?.[file] ? 'update' : 'create', file_path: file, content }],
    },
    token,
  );

const merge = () => asked('PUT', `merge_requests/${requests().at(-1)?.iid}/merge`, {});
const close = () => asked('PUT', `merge_requests/${requests().at(-1)?.iid}`, { state_event: 'close' });

describe('setup by merge request', () => {
  it('makes one commit on a branch of its own and opens one merge request, and leaves the work tree alone', async () => {
    scene = await startScene();
    const report = await deliver();
    expect([report.exitCode, outcomes(report)]).toEqual([0, ['applied', 'applied']]);
    expect(sentTo()).toEqual(['POST repository/commits', 'POST merge_requests']);
    expect(requests()).toMatchObject([{ state: 'opened', source_branch: branch, target_branch: 'main' }]);
    expect(report.delivery).toEqual({
      kind: 'merge-request',
      branch,
      url: `${scene.here.gitlab.url}/demo-group/demo-pkg/-/merge_requests/1`,
      state: 'opened',
    });
    expect(statusOf()).toBe('');
    expect(onBranch()['pyproject.toml']).toContain('source = "vcs"');
    expect(scene.project.files.main?.['pyproject.toml']).toBe(inWorkTree('pyproject.toml'));
  });

  it('writes there what it would write here, byte for byte', async () => {
    const crlf = (text = '') => `\ufeff${text.trimEnd().replaceAll('\n', '\r\n')}`;
    scene = await startScene();
    for (const path of paths) {
      scene.project.files.main![path] = crlf(scene.project.files.main![path]);
      writeFileSync(join(scene.here.directory, path), scene.project.files.main![path]!);
    }
    await deliver();
    await reportOf(scene.here, ['setup', '--yes', '--deliver', 'working-tree']);
    for (const path of paths) expect(onBranch()[path]).toBe(inWorkTree(path));
    expect(onBranch()['.gitlab-ci.yml']).toMatch(/^\ufeff.*\r\n/);
  });

  it('computes the edit on the default branch, and says where the work tree differs', async () => {
    scene = await startScene();
    const mine = `${inWorkTree('pyproject.toml')}\n[tool.mine]\nkey = 1\n`;
    writeFileSync(join(scene.here.directory, 'pyproject.toml'), mine);
    scene.project.files.main!['.gitlab-ci.yml'] += '\nlint:\n  stage: test\n  script:\n    - ruff check\n';
    const report = await deliver();
    expect(report.exitCode).toBe(0);
    expect(inWorkTree('pyproject.toml')).toBe(mine);
    expect(onBranch()['pyproject.toml']).not.toContain('tool.mine');
    expect(onBranch()['.gitlab-ci.yml']).toContain('ruff check');
    const { stdout } = await runIn(scene.here, ['setup', '--dry-run', '--deliver', 'merge-request']);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'pyproject.toml in your work tree differs from main: the merge request starts from main, and the work tree stays as it is.',
    );
  });

  it('is possible from a work tree that is broken or on an old branch', async () => {
    scene = await startScene();
    writeFileSync(join(scene.here.directory, 'pyproject.toml'), '[project\n');
    writeFileSync(join(scene.here.directory, '.gitlab-ci.yml'), 'a: [');
    expect(await deliver()).toMatchObject({ exitCode: 0, delivery: { state: 'opened' } });
  });

  it('sends nothing more when it is run again, and check sees that it waits', async () => {
    scene = await startScene();
    await deliver();
    const again = await deliver();
    expect([again.exitCode, outcomes(again), scene.sent]).toEqual([0, ['unchanged', 'unchanged'], []]);
    const { exitCode, settings, delivery } = await check('glpat-demo-readonly');
    expect([exitCode, delivery.state]).toEqual([0, 'opened']);
    for (const id of ['pipeline', 'pyproject'])
      expect(settingOf({ settings } as ReportLike, id)).toMatchObject({
        state: 'manual',
        message: expect.stringContaining('waits for the merge request !1'),
      });
  });

  it('brings the same merge request up to date on the newest head, with one commit', async () => {
    scene = await startScene();
    await deliver();
    await commitTo('main', 'README.md', 'Hello\n');
    await commitTo('main', 'pyproject.toml', `${scene.project.files.main!['pyproject.toml']}# last\n`);
    const report = await deliver();
    expect([report.exitCode, outcomes(report)]).toEqual([0, ['applied', 'applied']]);
    expect(sentTo().slice(0, 1)).toEqual(['POST repository/commits']);
    expect(requests()).toHaveLength(1);
    expect(onBranch()['README.md']).toBe('Hello\n');
    expect(onBranch()['pyproject.toml']).toContain('# last');
  });

  it('updates its part of the description alone, and keeps what others wrote around it', async () => {
    scene = await startScene();
    await deliver();
    const [request] = requests() as [MergeRequestState];
    const before = request.description;
    request.description = `Reviewed by us.\n\n${before.replace('tag v1.2.3', 'tag v0')}\n\nSee also the wiki.`;
    await deliver();
    expect(sentTo()).toEqual(['PUT merge_requests/1']);
    expect(request.description).toBe(`Reviewed by us.\n\n${before}\n\nSee also the wiki.`);
    request.description = 'All of it is ours now.';
    await deliver();
    expect([sentTo(), request.description]).toEqual([[], 'All of it is ours now.']);
  });

  it('sees a merged one as done, from a work tree that has not pulled it', async () => {
    scene = await startScene();
    await deliver();
    await merge();
    const checked = await check();
    expect([checked.exitCode, outcomes(checked), checked.delivery.state]).toEqual([
      0,
      ['ok', 'ok'],
      'merged',
    ]);
    const again = await deliver();
    expect([again.exitCode, scene.sent, requests().length]).toEqual([0, [], 1]);
  });

  it('neither reopens a closed one nor opens another without a person', async () => {
    scene = await startScene();
    await deliver();
    await close();
    const report = await deliver();
    expect([sentTo(), requests().map(({ state }) => state)]).toEqual([[], ['closed']]);
    expect(settingOf(report, 'pipeline')).toMatchObject({
      state: 'manual',
      message: expect.stringContaining('The merge request !1 with the edit of .gitlab-ci.yml was closed'),
    });
    expect(report.delivery.state).toBe('closed');
  });
});

describe('a branch of that name', () => {
  it('with commits by others is not written over, and their files are looked at', async () => {
    scene = await startScene();
    await deliver();
    await commitTo(branch, 'pyproject.toml', '[project]\nname = "demo-pkg"\n', 'glpat-demo-carol');
    const report = await deliver();
    expect(sentTo()).toEqual([]);
    expect(onBranch()['pyproject.toml']).toBe('[project]\nname = "demo-pkg"\n');
    const { message, manual, state } = settingOf(report, 'pyproject') ?? {};
    expect(state).toBe('manual');
    expect(message).toContain('The branch gitlab-to-pypi has commits by Carol Coder');
    expect(manual).toContain('pyproject.toml as it would have been written');
  });

  it('that others have changed so that it is still right waits for its merge', async () => {
    scene = await startScene();
    await deliver();
    const text = `${onBranch()['.gitlab-ci.yml']}# looked at\n`;
    await commitTo(branch, '.gitlab-ci.yml', text, 'glpat-demo-carol');
    const report = await deliver();
    expect([sentTo(), onBranch()['.gitlab-ci.yml']]).toEqual([[], text]);
    expect(settingOf(report, 'pipeline')?.message).toContain('waits for the merge request !1');
  });

  it('whose only commit was amended is not written over', async () => {
    scene = await startScene();
    await deliver();
    const files = { ...onBranch(), 'NOTES.md': 'mine\n', 'pyproject.toml': '[project]\nname = "demo-pkg"\n' };
    const commit = scene.project.commits?.at(-1);
    scene.project.files[branch] = files;
    scene.project.commits?.push({ ...commit!, files });
    await deliver();
    expect([sentTo(), onBranch()]).toEqual([[], files]);
  });

  it('without a merge request gets one, as after a run that ended between the two', async () => {
    scene = await startScene();
    await deliver();
    scene.project.merge_requests = [];
    const report = await deliver();
    expect([sentTo(), report.exitCode]).toEqual([['POST merge_requests'], 0]);
  });

  it('in a fork is not mistaken for that of the project', async () => {
    scene = await startScene();
    scene.project.merge_requests = [
      {
        id: 1,
        iid: 1,
        title: 'Mine',
        description: '',
        state: 'opened',
        source_branch: branch,
        target_branch: 'main',
        source_project_id: 77,
        authorId: 3,
        merged_at: null,
        closed_at: null,
      },
    ];
    await deliver();
    expect(requests().map(({ iid, title }) => [iid, title])).toEqual([
      [1, 'Mine'],
      [2, 'Publish demo-pkg to PyPI'],
    ]);
  });
});

describe('what cannot be delivered is said, with what to do', () => {
  const refusals: [what: string, at: string, status: number, message: string | string[]][] = [
    ['push rules', 'commits', 400, "Commit message does not follow the pattern '^JIRA-'"],
    ['a protected name', 'commits', 403, '403 Forbidden - You are not allowed to push into this branch'],
    ['merge requests turned off', 'merge_requests', 403, '403 Forbidden'],
  ];

  it.each(refusals)('%s', async (_, at, status, message) => {
    scene = await startScene();
    scene.here.gitlab.intercept = ({ method, path }) =>
      method === 'POST' && path.endsWith(at) ? { status, body: { message } } : undefined;
    const report = await deliver();
    expect([report.exitCode, outcomes(report)]).toEqual([1, ['failed', 'skipped']]);
    expect(settingOf(report, 'pipeline')?.message).toContain(`GitLab says: ${message}`);
    expect(settingOf(report, 'pipeline')?.manual).toContain("'--deliver working-tree'");
    expect(statusOf()).toBe('');
    delete scene.here.gitlab.intercept;
    expect(await deliver()).toMatchObject({ exitCode: 0, delivery: { state: 'opened' } });
    expect(requests()).toHaveLength(1);
  });

  it('an empty repository', async () => {
    scene = await startScene({ default_branch: null, files: {} });
    const { error, exitCode } = await deliver();
    expect([exitCode, error?.code]).toEqual([2, 'project-empty']);
    expect(error?.hint).toContain('Push the default branch first');
  });

  it('a file that changes on the default branch after the plan was shown', async () => {
    scene = await startScene();
    const moved = `${scene.project.files.main!['pyproject.toml']}# moved\n`;
    scene.here.gitlab.intercept = ({ method, path }) => {
      if (method === 'POST' && path.endsWith('/protected_tags'))
        scene.project.files.main = { ...scene.project.files.main, 'pyproject.toml': moved };
      return undefined;
    };
    const report = await deliver();
    expect([report.exitCode, outcomes(report)]).toEqual([1, ['failed', 'skipped']]);
    expect(settingOf(report, 'pipeline')?.message).toContain('pyproject.toml has changed on main');
    expect([requests(), scene.project.files[branch]]).toEqual([[], undefined]);
    expect(await deliver()).toMatchObject({ exitCode: 0 });
    expect(onBranch()['pyproject.toml']).toContain('# moved');
  });

  it('and another file that changes then does not matter: the commit is on the newest head', async () => {
    scene = await startScene();
    scene.here.gitlab.intercept = ({ method, path }) => {
      if (method === 'POST' && path.endsWith('/protected_tags'))
        scene.project.files.main = { ...scene.project.files.main, 'NEWS.md': 'new\n' };
      return undefined;
    };
    expect(await deliver()).toMatchObject({ exitCode: 0 });
    expect(onBranch()['NEWS.md']).toBe('new\n');
  });
});

describe('the way of delivery', () => {
  const nobody = { access_level: 0, user_id: null, group_id: null, access_level_description: 'No one' };

  it('is a merge request by itself where the user may not push to the default branch', async () => {
    scene = await startScene();
    scene.project.protected_branches[0]!.push_access_levels = [{ id: 5, ...nobody }];
    const { report } = await reportOf(scene.here, ['setup', '--yes']);
    expect([report.exitCode, (report as Delivered).delivery.state]).toEqual([0, 'opened']);
    expect(statusOf()).toBe('');
  });

  it('is the work tree otherwise, where nothing is sent to the repository', async () => {
    scene = await startScene();
    const { report } = await reportOf(scene.here, ['setup', '--yes']);
    expect((report as Delivered).delivery).toEqual({ kind: 'working-tree' });
    expect([sentTo(), outcomes(report)]).toEqual([[], ['applied', 'applied']]);
  });

  it('stays unsaid in a dry run, which sends nothing', async () => {
    scene = await startScene();
    const { report } = await reportOf(scene.here, ['setup', '--dry-run', '--deliver', 'merge-request']);
    expect([scene.sent, (report as Delivered).delivery]).toEqual([
      [],
      { kind: 'merge-request', branch, url: null, state: 'none' },
    ]);
    expect(report.files.map(({ path }) => path)).toEqual([...paths]);
  });
});

describe('the description', () => {
  it('tells what changes, what happens when and what is left to do', async () => {
    scene = await startScene();
    await deliver();
    const [request] = requests();
    expect(request?.description).toMatch(/- `pyproject\.toml`: \+\d+ -2 lines/);
    expect(request?.description).toMatch(
      /\| `tag v1\.2\.3` \| `1\.2\.3 to PyPI by 'release' [^|]*\| `nothing/,
    );
    expect(request?.description).toContain('Register the Trusted Publisher on PyPI');
    expect(request?.description).toContain('- `Only Maintainers can create tags`');
  });

  it('keeps names from outside in code: no mention, no quick action, no HTML, no cell of a table', async () => {
    const job = 'x` @alice | <img src=x> `` /merge';
    scene = await startScene();
    const pipeline = `"${job}":\n  stage: test\n  rules:\n    - if: $CI_COMMIT_TAG\n  script:\n    - twine upload --repository-url https://example.org/up dist/*\n`;
    scene.project.files.main!['.gitlab-ci.yml'] += `\n${pipeline}`;
    const report = await deliver();
    expect(report.delivery.state).toBe('opened');
    const lines = requests()[0]!.description.split('\n');
    expect(lines.join('\n')).toContain('@alice');
    // What is left of each line without its code spans, by CommonMark's rule: equal fences enclose a span.
    const plain = lines.map((line) => line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, ''));
    expect(plain.filter((line) => /@|<|\]\(|^\s*\//.test(line))).toEqual([]);
    const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').length);
    expect(new Set(cells)).toEqual(new Set([5]));
  });
});
