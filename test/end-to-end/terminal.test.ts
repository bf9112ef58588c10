import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, signedIn } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';

let here: World;

beforeEach(async () => {
  here = await startWorld();
});

afterEach(() => here.close());

const start = (...args: string[]): Session => startInTerminal([...args, ...placeOf(here)], signedIn(here));

async function answerQuestions(session: Session): Promise<void> {
  for (const question of [
    'How should releases be protected?',
    'Who may release',
    'Who must approve',
    'How many approvals',
  ]) {
    await session.shows(question);
    session.press(keys.enter);
  }
  await session.shows('Make these 6 changes?');
}

const changed = () =>
  execFileSync('git', ['status', '--porcelain'], { cwd: here.directory, encoding: 'utf8' });

describe('the wizard in a terminal', () => {
  it('asks, shows the plan, applies it, shows the pages and exits with 0', async () => {
    const session = start('setup');
    await answerQuestions(session);
    expect(here.gitlab.writes()).toEqual([]);
    session.press(keys.enter);
    for (const index of ['PyPI', 'TestPyPI']) {
      await session.shows(new RegExp(`◆ +Registered on ${index}\\?`));
      session.press(keys.enter);
    }
    expect(await session.ended).toBe(0);
    expect(session.screen()).toMatch(/Done: 6 changes made, 3 were already right\./);
    // A terminal breaks a long command at its own width.
    expect(session.screen().replaceAll('\n', '')).toContain(
      '--route protected --deployer maintainers --approver maintainers',
    );
    expect(changed()).toContain('.gitlab-ci.yml');
  });

  it('lets the user change a choice before anything is written', async () => {
    const session = start('setup');
    await answerQuestions(session);
    session.press(keys.down + keys.down);
    session.press(keys.enter);
    await session.shows(/◆ +Which answer do you want to change\?/);
    session.press(keys.enter);
    await session.shows(/◆ +How should releases be protected\?/);
    session.press(keys.down);
    session.press(keys.enter);
    await session.shows('Make these 5 changes?');
    expect(session.screen()).toContain('Plan: Trusted Publisher, no approval step');
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('asks first which of several jobs publishes the releases', async () => {
    const job = '  stage: deploy\n  script:\n    - twine upload -p $PYPI_TOKEN dist/*\n  only: [tags]\n';
    await writeFile(join(here.directory, '.gitlab-ci.yml'), `first:\n${job}second:\n${job}`);
    const session = start('setup');
    await session.shows('Which job publishes the releases?');
    expect(session.screen()).toMatch(/● first\s+│ +○ second/);
    session.press(keys.down);
    session.press(keys.enter);
    await answerQuestions(session);
    expect(session.screen()).toMatch(/1\.2\.3 to PyPI by 'second' \(ID token/);
    session.press(keys.down + keys.enter);
    await session.shows(/-\s+- twine upload[\s\S]*Make these 6 changes\?/);
    expect(session.screen()).toMatch(/Job 'second' uses the\s+long-lived\s+token PYPI_TOKEN\./);
    expect(session.screen().match(/- {4}- twine upload -p \$PYPI_TOKEN dist/g)).toHaveLength(1);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('exits with 130 on Ctrl-C, with nothing changed', async () => {
    const session = start('setup');
    await session.shows('How should releases be protected?');
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
    expect(session.screen()).toContain('Cancelled; nothing was changed.');
    expect(here.gitlab.writes()).toEqual([]);
    expect(changed()).toBe('');
  });

  it('exits with 130 on Ctrl-C while reading', async () => {
    here.gitlab.latency = 2000;
    const session = start('check');
    await session.shows('Reading demo-group/demo-pkg');
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    'finishes the current step on %s, says what has been done, and resumes from there',
    async (signal, exitCode) => {
      here.gitlab.latency = 250;
      const session = start('setup', '--yes');
      await session.shows('Applying');
      while (here.gitlab.writes().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      session.kill(signal);
      expect(await session.ended).toBe(exitCode);
      expect(session.screen()).toContain('Not started, because the run was stopped.');
      const done = here.gitlab.writes().length;
      expect(done).toBeGreaterThan(0);
      expect(changed()).toBe('');
      here.gitlab.latency = 0;
      const again = start('setup', '--yes');
      expect(await again.ended).toBe(0);
      expect(here.gitlab.writes().length).toBe(4);
    },
  );

  it('asks for a token without showing it, and links to the page that creates one', async () => {
    const session = startInTerminal(['check', ...placeOf(here)]);
    await session.shows('GitLab token for');
    expect(session.screen()).toContain('/-/user_settings/personal_access_tokens');
    expect(session.screen()).toContain("select the scope 'read_api'");
    session.press('glpat-demo-alice');
    session.press(keys.enter);
    expect(await session.ended).toBe(1);
    expect(session.screen()).not.toContain('glpat-demo-alice');
  });

  it('asks again, with the reason, for a token that GitLab rejects or that is not enough', async () => {
    const session = startInTerminal(['setup', '--no-open', ...placeOf(here)]);
    const reasons = [
      ['glpat-mistyped', 'GitLab rejected that token.'],
      ['two words', 'contains a character that no token has'],
      ['glpat-demo-expired', 'has expired or was revoked'],
      ['glpat-demo-readonly', 'changing settings needs api'],
    ] as const;
    await session.shows(/◆ +GitLab token for/);
    for (const [token, reason] of reasons) {
      session.press(`${token}${keys.enter}`);
      await session.shows(reason);
      await session.shows(new RegExp(`${reason}[^◆]*◆ +GitLab token for`));
    }
    session.press(`glpat-demo-alice${keys.enter}`);
    await session.shows('How should');
    expect(session.screen()).not.toMatch(/glpat-|two words/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('ends, and says how to give a token, where none is typed', async () => {
    const session = startInTerminal(['check', '--no-open', ...placeOf(here)]);
    await session.shows(/◆ +GitLab token for/);
    session.press(keys.enter);
    expect(await session.ended).toBe(2);
    expect(session.screen()).toContain('There is no GitLab token for');
  });

  it('ends for a token from the environment that GitLab rejects', async () => {
    const session = startInTerminal(['check', ...placeOf(here)], signedIn(here, 'glpat-mistyped'));
    expect(await session.ended).toBe(2);
    expect(session.screen()).toContain('rejected the token from GITLAB_TOKEN');
  });

  it('continues in the demo: check, drift, repair, quit', async () => {
    const session = startInTerminal(['demo'], { VTE_VERSION: '7600' });
    for (const question of [
      'How should',
      'Who may',
      'Who must',
      'How many',
      'Make these',
      'Registered on PyPI',
      'Registered on TestPyPI',
    ]) {
      await session.shows(question);
      session.press(keys.enter);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await session.shows('What now?');
    session.press(keys.down.repeat(3));
    session.press(keys.enter);
    await session.shows('What changed?');
    session.press(keys.enter);
    await session.shows(/What now\?(?![\s\S]*What changed)[\s\S]*● Run all checks/);
    session.press(keys.enter);
    await session.shows('Deployment tier: other -> production');
    await session.shows(/● Run the wizard again/);
    session.press(keys.enter);
    await session.shows('Make this change?');
    session.press(keys.ctrlC);
    await session.shows(/What now\?[\s\S]*● Rehearse a release/);
    session.press('\u001B[A');
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(session.screen()).toContain('The demo is over');
    const targets = [...session.raw().matchAll(/\]8;;(\P{Cc}+)/gu)].map(([, url = '']) => new URL(url));
    expect(targets.map(({ pathname }) => pathname)).toContain(
      '/manage/project/demo-pkg/settings/publishing/',
    );
    // The names on the screen are public ones; no link may leave the machine.
    expect(targets.map(({ hostname }) => hostname).filter((host) => host !== '127.0.0.1')).toEqual([]);
  });
});
