import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { VariableState } from '../../src/rehearsal/gitlab/state.ts';
import { placeOf, reportOf, runIn, signedIn } from '../support/program.ts';
import { type Scene, settingOf, setUp, startScene } from '../support/scene.ts';
import { keys, startInTerminal } from '../support/terminal.ts';
import { variableState } from '../support/variable-state.ts';

let scene: Scene;

afterEach(() => scene.here.close());

const variable = (key: string, change: Partial<VariableState> = {}) =>
  variableState({ key, value: 'canary', ...change });

async function leftovers(...args: string[]) {
  const { report, exitCode } = await reportOf(scene.here, ['check', ...args]);
  return { ...settingOf(report, 'leftover-credentials'), exitCode };
}

/** Adds to the pipeline in the checkout, as somebody may in a branch. */
const addToPipeline = (text: string) =>
  appendFileSync(join(scene.here.directory, '.gitlab-ci.yml'), `\n${text}`);

const sneaky = (action: string) => `sneak:
  stage: deploy
  environment: {name: release, action: ${action}}
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  script:
    - uv publish dist/*
`;

describe('a job that could publish beside the one that should', () => {
  it.each(['access', 'prepare', 'verify', 'stop'])(
    'does not hold where it is in the environment by the action %s, as it needs no approval',
    async (action) => {
      scene = await startScene();
      await setUp(scene);
      expect((await leftovers()).state).toBe('ok');
      addToPipeline(sneaky(action));
      const found = await leftovers();
      expect(found).toMatchObject({ state: 'different', exitCode: 1 });
      expect(found.message).toContain(
        `The job 'sneak' is in the environment release and asks for an ID token for pypi, so whatever it runs could publish, without an approval ('action: ${action}' is no deployment).`,
      );
    },
  );

  it('does not hold where it deploys to the environment, or only asks for the token', async () => {
    scene = await startScene({ plan: 'free' });
    await setUp(scene, '--route', 'trusted');
    addToPipeline(`docs:
  stage: deploy
  environment: release
  script: [make publish-docs]
probe:
  stage: build
  id_tokens: {ANY: {aud: [https://vault.example.com, testpypi]}}
  script: [./probe.sh]
vault:
  stage: build
  id_tokens: {VAULT: {aud: https://vault.example.com}}
  script: [./vault.sh]
`);
    const found = await leftovers();
    expect(found.differences).toEqual([
      { field: 'docs.environment', current: 'release (start)', wanted: '(none)' },
      { field: 'probe.id_tokens', current: 'testpypi', wanted: '(none)' },
    ]);
  });

  it('is found in an included file too', async () => {
    scene = await startScene();
    await setUp(scene);
    const path = join(scene.here.directory, '.gitlab-ci.yml');
    writeFileSync(path, `include: [{local: extra.yml}]\n${readFileSync(path, 'utf8')}`);
    writeFileSync(join(scene.here.directory, 'extra.yml'), sneaky('access'));
    scene.project.files.main = { ...scene.project.files.main, 'extra.yml': sneaky('access') };
    const found = await leftovers();
    expect(found.state).toBe('different');
    expect(found.manual).toContain("the job 'sneak' (in a file that .gitlab-ci.yml includes)");
  });
});

describe('a variable that redirects the upload, or the code beside the token', () => {
  it('does not hold, whoever keeps it, and is explained, but for what the pipeline withstands', async () => {
    scene = await startScene(
      {
        variables: [
          variable('BASH_ENV'),
          variable('UV_PUBLISH_INDEX', { environment_scope: 'release' }),
          variable('PYTHONPATH', { environment_scope: 'staging' }),
          ...['UV_PUBLISH_URL', 'UV_DEFAULT_INDEX', 'PIP_INDEX_URL', 'TWINE_REPOSITORY_URL'].map((key) =>
            variable(key),
          ),
        ],
      },
      {
        groups: [{ full_path: 'demo-group', owners: [1], variables: [variable('LD_PRELOAD')] }],
        instance_variables: [variable('UV_CONFIG_FILE')],
      },
    );
    scene.here.gitlab.state.users[0]!.is_admin = true;
    const found = await leftovers();
    expect(found).toMatchObject({ state: 'different', exitCode: 1 });
    expect(found.differences?.map(({ current }) => current)).toEqual([
      'BASH_ENV (CI/CD variable)',
      'UV_PUBLISH_INDEX (CI/CD variable, environment release)',
      'LD_PRELOAD (CI/CD variable of the group demo-group)',
      'UV_CONFIG_FILE (CI/CD variable of the instance)',
    ]);
    expect(found.message).toContain('BASH_ENV (CI/CD variable): the shell runs that file first');
    expect(found.message).toContain('environment release): uv refuses to publish while it is set');
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  it('of the instance is not asked for by anybody but an administrator', async () => {
    scene = await startScene({}, { instance_variables: [variable('BASH_ENV')] });
    expect((await leftovers()).state).toBe('ok');
    expect(scene.here.gitlab.log.some(({ path }) => path.includes('/admin/'))).toBe(false);
  });

  it('does not hold in the job itself', async () => {
    scene = await startScene();
    await setUp(scene);
    const path = join(scene.here.directory, '.gitlab-ci.yml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/^( *)UV_NO_CACHE:.*$/m, '$&\n$1BASH_ENV: ./setup.sh'));
    const found = await leftovers();
    expect(found.message).toMatch(/BASH_ENV in \.gitlab-ci\.yml \(release\)/);
    expect(found.state).toBe('different');
  });
});

describe('a credential that no job reads any more', () => {
  const mirror = `mirror:
  stage: deploy
  script:
    - twine upload --repository-url https://mirror.example.com/ -p "$MIRROR_PYPI_PASSWORD" dist/*
`;

  it('is named by every check until it is gone, and those of jobs for other registries never are', async () => {
    scene = await startScene({
      plan: 'free',
      variables: [
        'PYPI_TOKEN',
        'FLIT_PASSWORD',
        'MIRROR_PYPI_PASSWORD',
        'TWINE_USERNAME',
        'SENTRY_TOKEN',
      ].map((key) => variable(key)),
    });
    await setUp(scene, '--route', 'trusted');
    addToPipeline(mirror);
    for (let time = 0; time < 2; time += 1) {
      const found = await leftovers();
      expect(found).toMatchObject({ state: 'manual', exitCode: 0 });
      expect(found.differences?.map(({ current }) => current)).toEqual([
        'PYPI_TOKEN (CI/CD variable)',
        'FLIT_PASSWORD (CI/CD variable)',
      ]);
      expect(found.message).toContain('no job in .gitlab-ci.yml reads them any more');
      expect(found.manual).toContain(`revoke the token at ${scene.here.testpypi.url}/manage/account/`);
    }
    scene.project.variables = scene.project.variables.filter(({ key }) => !/^PYPI|FLIT/.test(key));
    expect((await leftovers()).state).toBe('ok');
  });

  it('is not named where a script that a job calls reads it', async () => {
    scene = await startScene({
      plan: 'free',
      variables: [variable('PYPI_TOKEN'), variable('PYPI_OLD_PASSWORD')],
    });
    const { directory } = scene.here;
    await setUp(scene, '--route', 'trusted');
    mkdirSync(join(directory, 'ci'));
    writeFileSync(join(directory, 'ci', 'mirror.sh'), 'curl -u "me:$PYPI_TOKEN" https://pypi.example.com\n');
    execFileSync('git', ['-C', directory, 'add', 'ci']);
    addToPipeline('mirror: {stage: deploy, script: [bash ci/mirror.sh]}\n');
    expect((await leftovers()).differences?.map(({ current }) => current)).toEqual([
      'PYPI_OLD_PASSWORD (CI/CD variable)',
    ]);
  });

  it('is deleted on a yes, which is not asked for while the pipeline on the default branch reads it', async () => {
    scene = await startScene({ plan: 'free', variables: [variable('PYPI_TOKEN')] });
    const { here, project } = scene;
    await setUp(scene, '--route', 'trusted');
    const wizard = () => startInTerminal(['setup', '--route', 'trusted', ...placeOf(here)], signedIn(here));
    project.files.main = { ...project.files.main, '.gitlab-ci.yml': 'old: {script: [./up "$PYPI_TOKEN"]}\n' };
    const early = wizard();
    await early.shows(/Is\s+the\s+Trusted\s+Publisher\s+registered/);
    early.press(keys.enter);
    await early.ended;
    expect(early.screen()).not.toContain('Delete PYPI_TOKEN');
    project.files.main = {
      ...project.files.main,
      '.gitlab-ci.yml': readFileSync(join(here.directory, '.gitlab-ci.yml'), 'utf8'),
    };
    const session = wizard();
    await session.shows(/◆ +Delete PYPI_TOKEN/);
    session.press('y');
    await session.shows('Make this change?');
    session.press(keys.enter);
    for (const index of ['PyPI', 'TestPyPI']) {
      await session.shows(new RegExp(`◆ +Registered on ${index}\\?`));
      session.press(keys.enter);
    }
    expect(await session.ended).toBe(0);
    expect(project.variables).toEqual([]);
  });
});

describe('variables that people pass to pipelines', () => {
  it('are explained as code, and are closed on a yes alone', async () => {
    scene = await startScene({ plan: 'free', ci_pipeline_variables_minimum_override_role: 'developer' });
    const { here, project, sent } = scene;
    await setUp(scene, '--route', 'trusted');
    expect((await runIn(here, ['check', '--verbose'])).stdout).toMatch(
      /Every Developer who can start a pipeline may pass variables to it\..*as good as code/,
    );
    expect(project.ci_pipeline_variables_minimum_override_role).toBe('developer');
    sent.splice(0);
    const session = startInTerminal(['setup', '--route', 'trusted', ...placeOf(here)], signedIn(here));
    await session.shows(/◆ +Every Developer who can start a pipeline/);
    session.press('y');
    await session.shows('Make this change?');
    session.press(keys.enter);
    for (const index of ['PyPI', 'TestPyPI']) {
      await session.shows(new RegExp(`◆ +Registered on ${index}\\?`));
      session.press(keys.enter);
    }
    expect(await session.ended).toBe(0);
    expect(sent.filter(({ line }) => line === 'PUT ').map(({ body }) => body)).toEqual([
      {
        restrict_user_defined_variables: true,
        ci_pipeline_variables_minimum_override_role: 'no_one_allowed',
      },
    ]);
    expect((await runIn(here, ['check', '--verbose'])).stdout).not.toContain('may pass variables');
  });

  it('are not mentioned where nobody may pass any', async () => {
    scene = await startScene();
    expect((await runIn(scene.here, ['check', '--verbose'])).stdout).not.toContain('may pass variables');
  });
});
