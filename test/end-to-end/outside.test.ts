import { type ChildProcess, execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { temporaryFolder } from '../support/folders.ts';
import { binary, cleanEnv, placeOf, reportOf, runProgram, signedIn, toDo } from '../support/program.ts';
import { run } from '../support/tools.ts';

let here: World;

afterEach(() => here?.close());

/** A world whose tag rule has to be deleted and recreated. */
async function withLooseTags(): Promise<World> {
  const protected_tags = [{ name: '*', create_access_levels: [roleRow(30)] }];
  return startWorld({ state: teamState({ protected_tags }, scratchFiles()) });
}

describe.each([
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
  ['SIGTERM', 143],
] as const)('%s', (signal, exitCode) => {
  it('between removing and recreating a protection leaves the project protected', async () => {
    here = await withLooseTags();
    let child: ChildProcess | undefined;
    here.gitlab.intercept = ({ method, path }) => {
      if (method === 'DELETE' && path.includes('/protected_tags/')) child?.kill(signal);
      return undefined;
    };
    const started = (it: ChildProcess) => {
      child = it;
    };
    const options = { env: signedIn(here), started };
    const ended = await runProgram(['setup', '--yes', ...placeOf(here)], options);
    const deleted = here.gitlab.log.filter(({ method }) => method === 'DELETE');
    expect([ended.exitCode, deleted.length]).toEqual([exitCode, 1]);
    expect(here.gitlab.state.projects[0]?.protected_tags).toMatchObject([{ name: '*' }]);
    expect(ended.stderr).toContain('Run gitlab-to-pypi again');
  });
});

it('a SIGHUP that arrives twice, from the kernel and from the shell, interrupts nothing halfway', async () => {
  here = await withLooseTags();
  let child: ChildProcess | undefined;
  here.gitlab.latency = 150;
  here.gitlab.intercept = ({ method, path }) => {
    if (method !== 'DELETE' || !path.includes('/protected_tags/')) return undefined;
    child?.kill('SIGHUP');
    setTimeout(() => child?.kill('SIGHUP'), 50);
    return undefined;
  };
  const started = (it: ChildProcess) => {
    child = it;
  };
  const ended = await runProgram(['setup', '--yes', ...placeOf(here)], { env: signedIn(here), started });
  expect(ended.exitCode).toBe(129);
  expect(here.gitlab.state.projects[0]?.protected_tags).toMatchObject([{ name: '*' }]);
});

describe('a response with status 101', () => {
  it('while reading is an error with a clear message', async () => {
    here = await startWorld();
    here.gitlab.intercept = () => ({ status: 101, headers: { connection: 'upgrade', upgrade: 'other' } });
    const { report, exitCode } = await reportOf(here, ['check']);
    expect([exitCode, report.error?.code]).toEqual([2, 'gitlab-failed']);
    expect(report.error?.message).toContain('another protocol than HTTP (status 101)');
  });

  it('during the changes fails that one, and the rest continues', async () => {
    here = await startWorld();
    here.gitlab.intercept = ({ method, path }) =>
      method === 'POST' && path.endsWith('/protected_tags')
        ? { status: 101, headers: { connection: 'upgrade', upgrade: 'other' } }
        : undefined;
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    const failed = report.settings.filter(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject([{ id: 'protected-tags', message: expect.stringContaining('status 101') }]);
  });
});

/** A shell script that gets the program's command line as its arguments. */
async function inShell(script: string, args: string[], env: Record<string, string>, uid?: number) {
  const words = ['-c', script, 'sh', process.execPath, binary, ...args];
  const options = { env: cleanEnv(env), ...(uid === undefined ? {} : { uid, cwd: '/' }) };
  return run('sh', words, options).then(
    (it) => ({ ...it, exitCode: 0 }),
    ({ stdout, stderr, code }) => ({ stdout, stderr, exitCode: code as number }),
  );
}

describe('a full disk behind stdout', () => {
  it('does not stop the changes; it is reported at the end, with exit code 1', async () => {
    here = await startWorld();
    const args = ['setup', '--yes', ...placeOf(here)];
    const { exitCode, stderr } = await inShell('"$@" > /dev/full', args, signedIn(here));
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^Not all of the output could be written \(ENOSPC: .*went on to its end\.\n$/),
    ]);
    expect(toDo((await reportOf(here, ['check'])).report)).toEqual([]);
  });
});

describe('a current directory that was removed', () => {
  it('is reported', async () => {
    const folder = await temporaryFolder();
    const script = `mkdir '${folder}/gone' && cd '${folder}/gone' && rmdir '${folder}/gone' && exec "$@"`;
    const { exitCode, stderr } = await inShell(script, ['check'], {});
    expect([exitCode, stderr]).toEqual([
      2,
      'error: The current directory does not exist any more.\nhint: Change to another one, then run it again.\n',
    ]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a user unknown to the system, without HOME', () => {
  it('can still use it', async () => {
    const folder = await temporaryFolder();
    execFileSync('chmod', ['711', tmpdir()]);
    execFileSync('chmod', ['777', folder]);
    const script = 'unset HOME; exec "$@"';
    const { exitCode, stderr } = await inShell(script, ['demo', '--yes'], { TMPDIR: folder }, 54_321);
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});
