import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, reportOf, signedIn, toDo } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

let here: World;
let project: ProjectState;

afterEach(() => here.close());

/** A team of three Maintainers and a Developer. */
async function begin(change: Partial<ProjectState> = {}, files = scratchFiles()): Promise<void> {
  const members = [
    { userId: 1, access_level: 50 },
    { userId: 2, access_level: 40 },
    { userId: 3, access_level: 30 },
    { userId: 4, access_level: 40 },
  ];
  const state = teamState({ members, ...change }, files);
  state.users.push({ id: 4, username: 'dave', name: 'Dave Deployer' });
  here = await startWorld({ state });
  project = here.gitlab.state.projects[0]!;
}

const pathOf = (name: string) => join(here.directory, name);
const read = (name: string) => readFileSync(pathOf(name), 'utf8');

/** Changes a file as a merge request would. */
function change(name: string, from: string | RegExp, to: string): void {
  const before = read(name);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(pathOf(name), after);
}

const setUp = (...options: string[]) => reportOf(here, ['setup', '--yes', ...options]);
const check = () => reportOf(here, ['check']);
const release = () => project.protected_environments.find(({ name }) => name === 'release')!;
const approvals = () =>
  release().approval_rules.map((row) => [row.access_level, row.required_approvals ?? 1]);
const deployers = () => release().deploy_access_levels.map(({ access_level }) => access_level);

describe('what a project chose', () => {
  it('stands in pyproject.toml with what differs from the defaults, and a second run edits nothing', async () => {
    await begin();
    expect((await check()).report.route).toMatchObject({ declared: false });
    const { report, exitCode } = await setUp('--approvals', '2');
    expect(exitCode).toBe(0);
    expect(report.route).toMatchObject({ chosen: 'protected', declared: true });
    const after = read('pyproject.toml');
    expect(after).toMatch(/\n\n\[tool\.gitlab-to-pypi\]\nroute = "protected"\napprovals = 2\n$/);
    expect(after).toContain('# Checked in CI, see .gitlab-ci.yml\n[tool.ruff]\n');
    expect(report.files.find(({ path }) => path === 'pyproject.toml')?.diff).toContain('+approvals = 2');
    expect(read('.gitlab-ci.yml')).not.toContain('route');

    const texts = [after, read('.gitlab-ci.yml')];
    const writes = here.gitlab.writes().length;
    const again = await setUp();
    expect(again.report.settings.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
    expect([read('pyproject.toml'), read('.gitlab-ci.yml')]).toEqual(texts);
    expect(here.gitlab.writes()).toHaveLength(writes);
    const checked = await check();
    expect(checked.exitCode).toBe(0);
    expect(checked.report.route).toMatchObject({ chosen: 'protected', declared: true });
  });

  it('changes with an option, comments and all else staying', async () => {
    await begin();
    await setUp('--approvals', '2');
    change('pyproject.toml', 'approvals = 2', '# two, since the incident in March\napprovals = 2');
    const { exitCode } = await setUp('--deployer', '@bob', '--deployer', '@dave');
    expect(exitCode).toBe(0);
    expect(read('pyproject.toml')).toContain(
      'route = "protected"\n# two, since the incident in March\napprovals = 2\ndeployer = ["@bob", "@dave"]\n',
    );
    expect(toDo((await check()).report)).toEqual([]);
  });

  it('is taken from GitLab where nothing is declared, which is said, and declared from then on', async () => {
    await begin();
    await setUp('--approvals', '2');
    change('pyproject.toml', /\n\[tool\.gitlab-to-pypi\][\s\S]*/, '');
    const checked = await check();
    expect(toDo(checked.report)).toEqual(['pyproject']);
    const { report } = await setUp();
    expect(report.settings.find(({ id }) => id === 'pyproject')?.message).toContain(
      'Nothing is declared yet, so what GitLab and the pipeline have now is taken as your choice: route protected; deployers Maintainers; approvals Maintainers (2)',
    );
    expect(read('pyproject.toml')).toMatch(/\[tool\.gitlab-to-pypi\]\nroute = "protected"\napprovals = 2\n$/);
  });

  it('is refused with key and line where it cannot be meant', async () => {
    await begin();
    writeFileSync(
      pathOf('pyproject.toml'),
      `${read('pyproject.toml')}\n[tool.gitlab-to-pypi]\naproval = 1\n`,
    );
    const { exitCode, report } = await setUp();
    expect(exitCode).toBe(2);
    expect(report.error?.message).toMatch(
      /^pyproject\.toml, line \d+: \[tool\.gitlab-to-pypi\] has no key 'aproval'\.$/,
    );
    expect(here.gitlab.writes()).toEqual([]);
  });
});

describe('drift from what is declared', () => {
  /** What somebody changed, the setting that shows it, and what holds once it is restored. */
  const drifts: [string, string, () => void, () => void][] = [
    [
      'approvals removed on GitLab',
      'protected-environment:release',
      () => {
        release().approval_rules = [];
      },
      () => expect(approvals()).toEqual([[40, 2]]),
    ],
    [
      'deployers added on GitLab',
      'protected-environment:release',
      () => void release().deploy_access_levels.push(roleRow(30)),
      () => expect(deployers()).toEqual([40]),
    ],
    [
      'the protection of the environment removed on GitLab',
      'protected-environment:release',
      () => {
        project.protected_environments = [];
      },
      () => expect([approvals(), deployers()]).toEqual([[[40, 2]], [40]]),
    ],
    [
      'a token in the pipeline in place of the ID token',
      'pipeline',
      () =>
        change(
          '.gitlab-ci.yml',
          /(\nrelease:\n[\s\S]*?) {2}id_tokens:\n.*\n.*\n([\s\S]*?)--trusted-publishing always/,
          '$1$2--token "$PYPI_TOKEN"',
        ),
      () => expect(read('.gitlab-ci.yml')).not.toContain('PYPI_TOKEN'),
    ],
    [
      'another environment in the pipeline',
      'pipeline',
      () => change('.gitlab-ci.yml', 'name: release\n', 'name: anywhere\n'),
      () => expect(read('.gitlab-ci.yml')).not.toContain('anywhere'),
    ],
  ];

  it.each(drifts)('%s: found without any option, and restored', async (_, id, drift, isRestored) => {
    await begin();
    await setUp('--approvals', '2');
    const declared = read('pyproject.toml');
    drift();
    const { report, exitCode } = await check();
    expect(exitCode).toBe(1);
    expect(toDo(report)).toEqual([id]);
    expect((await setUp()).exitCode).toBe(0);
    isRestored();
    expect(read('pyproject.toml')).toBe(declared);
    expect((await check()).exitCode).toBe(0);
  });

  it('in self-approval is found and restored too', async () => {
    await begin();
    await setUp('--approvals', '1');
    project.allow_pipeline_trigger_approve_deployment = true;
    expect(toDo((await check()).report)).toEqual(['self-approval']);
    await setUp();
    expect(project.allow_pipeline_trigger_approve_deployment).toBe(false);
  });
});

describe('a merge request that changes the declaration', () => {
  const protectedHere = () => [
    project.protected_environments,
    project.environments,
    project.allow_pipeline_trigger_approve_deployment,
  ];

  it.each([
    [
      'fewer approvals',
      'approvals = 2',
      'approvals = 0',
      /Approvers: nobody declared, Maintainers \(2\) now/,
      '--approvals 0',
    ],
    [
      'more deployers',
      'approvals = 2',
      'approvals = 2\ndeployer = ["developers"]',
      /Deployers: /,
      '--deployer developers',
    ],
    [
      'other approvers',
      'approvals = 2',
      'approvals = 2\napprover = ["@carol"]',
      /Approvers: /,
      '--approver @carol',
    ],
    [
      'self-approval',
      'approvals = 2',
      'approvals = 2\nself-approval = true',
      /Self-approval: /,
      '--self-approval',
    ],
    [
      'another route',
      '"protected"',
      '"trusted"',
      /Route: trusted declared, protected now/,
      '--route trusted',
    ],
    [
      'another environment',
      'approvals = 2',
      'approvals = 2\nrelease-environment = "open"',
      /Releases from: open declared, release now/,
      '--release-environment open',
    ],
  ])('to ask for %s changes nothing by itself, and the option does', async (_, from, to, message, option) => {
    await begin();
    await setUp('--approvals', '2');
    const before = structuredClone(protectedHere());
    const writes = here.gitlab.writes().length;
    change('pyproject.toml', from, to);
    const texts = [read('pyproject.toml'), read('.gitlab-ci.yml')];
    expect((await check()).exitCode).toBe(option === '--route trusted' ? 0 : 1);
    const { report, exitCode } = await setUp();
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({
      code: 'loosens',
      message: expect.stringMatching(message),
      hint: expect.stringContaining(option),
    });
    expect(protectedHere()).toEqual(before);
    expect(here.gitlab.writes()).toHaveLength(writes);
    expect([read('pyproject.toml'), read('.gitlab-ci.yml')]).toEqual(texts);
    expect((await setUp(...option.split(' '))).report.error?.code).not.toBe('loosens');
  });

  it('to ask for more protection is followed', async () => {
    await begin();
    await setUp('--approvals', '1');
    change('pyproject.toml', 'route = "protected"', 'route = "protected"\napprovals = 2');
    expect((await setUp()).exitCode).toBe(0);
    expect(approvals()).toEqual([[40, 2]]);
  });
});

describe('a person in a terminal', () => {
  const start = () => startInTerminal(['setup', ...placeOf(here)], signedIn(here));

  /** Says yes to the plan, and leaves the publishers' pages for later. */
  async function apply(session: Session): Promise<void> {
    await session.shows(/Make .*\?/);
    session.press(keys.enter);
    await session.shows(/[Rr]egistered on/);
    session.press(keys.ctrlC);
    await session.ended;
  }

  it('may adopt what GitLab has now, which changes the declaration in the plan', async () => {
    await begin();
    await setUp('--approvals', '2');
    release().approval_rules = [];
    const session = start();
    await session.shows('Which is right?');
    expect(session.screen()).toContain('Approvers: Maintainers (2) declared, nobody now');
    session.press(keys.down);
    session.press(keys.enter);
    await session.shows(/Make .*\?/);
    session.press(keys.down);
    session.press(keys.enter);
    await session.shows(/-approvals = 2\s+\+approvals = 0/);
    await session.shows(/Make .*\?[^?]*$/);
    await apply(session);
    expect(read('pyproject.toml')).toContain('approvals = 0');
    expect(release().approval_rules).toEqual([]);
    expect(toDo((await check()).report)).toEqual([]);
  });

  it('restores what is declared by Enter', async () => {
    await begin();
    await setUp('--approvals', '2');
    release().approval_rules = [];
    const text = read('pyproject.toml');
    const session = start();
    await session.shows('Which is right?');
    session.press(keys.enter);
    await apply(session);
    expect(approvals()).toEqual([[40, 2]]);
    expect(read('pyproject.toml')).toBe(text);
  });

  it('keeps what GitLab has by Enter where the file asks for less', async () => {
    await begin();
    await setUp('--approvals', '2');
    change('pyproject.toml', 'approvals = 2', 'approvals = 0');
    const session = start();
    await session.shows('Which is right?');
    session.press(keys.enter);
    await apply(session);
    expect(approvals()).toEqual([[40, 2]]);
    expect(read('pyproject.toml')).toContain('approvals = 2');
  });
});
