import { afterAll, describe, expect, it } from 'vitest';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { editedRepository, type Project } from '../support/pipeline/edited-repository.ts';
import { findMachine } from '../support/pipeline/machine.ts';
import { type Occasion, occasions } from '../support/pipeline/occasion.ts';
import { openPlace, type Place, type PlaceOptions } from '../support/pipeline/place.ts';
import { type PipelineReport, runPipeline } from '../support/pipeline/run-pipeline.ts';
import { articlePipeline, publishingPipelines } from '../support/publishing-pipelines.ts';
import { run } from '../support/tools.ts';

const machine = findMachine();
/** The scratch project without its pipeline file. */
function bare(backend: 'hatchling' | 'setuptools'): Record<string, string> {
  const { '.gitlab-ci.yml': _, ...files } = scratchFiles(backend);
  return files;
}

const [hatchling, setuptools] = [bare('hatchling'), bare('setuptools')];
const testing = `stages: [test]
test:
  stage: test
  image: ghcr.io/astral-sh/uv:0.12-python3.13-trixie
  script:
    - uv run python -c 'import demo_pkg; demo_pkg.hello()'
`;

/** A build backend that cannot take the version from git. */
const uvBuild = {
  ...setuptools,
  'pyproject.toml': `[build-system]
requires = ["uv_build"]
build-backend = "uv_build"

[project]
name = "demo-pkg"
version = "1.2.3"
requires-python = ">=3.9"
`,
};

interface Case extends Project {
  /** What a push one commit after v1.2.2 becomes; 1.2.3.dev1 by default. */
  pushVersion?: string;
  /** It uploads tags to TestPyPI as well. */
  testsTags?: boolean;
  /** Manual jobs that someone starts. */
  play?: string[];
}

const poetry = {
  ...hatchling,
  'pyproject.toml': `[build-system]
requires = ["poetry-core>=2.0"]
build-backend = "poetry.core.masonry.api"

[project]
name = "demo-pkg"
version = "0.1.0"
description = "A package that says hello"
requires-python = ">=3.9"

[tool.poetry]
packages = [{ include = "demo_pkg", from = "src" }]
`,
};

const article = articlePipeline();
const migrated = Object.entries({
  ...publishingPipelines,
  ...(article ? { 'the blog article': article } : {}),
});

/** Projects before the edit, and the chosen tool. */
const cases: Record<string, Case> = {
  'uv, without a pipeline before': { files: hatchling, publishWith: 'uv' },
  'twine, without a pipeline before': { files: hatchling, publishWith: 'twine' },
  'uv and setuptools, next to a test job': {
    files: setuptools,
    pipeline: testing,
    publishWith: 'uv',
  },
  'uv, with a line before each script that needs the checkout': {
    files: hatchling,
    pipeline: 'default:\n  before_script:\n    - cat README.md\n',
    publishWith: 'uv',
  },
  'uv and uv_build, which cannot take the version from git': {
    files: uvBuild,
    publishWith: 'uv',
    goal: { buildTimeVersion: { kind: 'pyproject' } },
    pushVersion: '1.2.3.dev7',
  },
  // Every third one, unless all are asked for (`ALL=1`); what each becomes is tested without running it.
  ...Object.fromEntries(
    migrated
      .filter((_, at) => process.env.ALL !== undefined || at % 3 === 0)
      .map(([name, { text, release }]): [string, Case] => [
        `${name}, before`,
        {
          files: name.startsWith('poetry') ? poetry : hatchling,
          pipeline: text,
          publishWith: 'uv',
          play: [release],
          // The article sends tags to TestPyPI too, which stays its own occasion.
          ...(name === 'the blog article' ? { testsTags: true } : {}),
        },
      ]),
  ),
};

const places: Place[] = [];
afterAll(() => Promise.all(places.map((place) => place.close())));

/** An edited repository, and a way to run its pipelines against their own indexes. */
async function prepare({ play = [], ...project }: Case, options: PlaceOptions = {}) {
  if (!machine) throw new Error('There is no machine to run pipelines on.');
  const [repository, place] = await Promise.all([editedRepository(project), openPlace(machine, options)]);
  places.push(place);
  const git = (...args: string[]) => run('git', args, { cwd: repository });
  return { git, on: (occasion: Occasion) => runPipeline(place, { repository, occasion, play }) };
}

/** What a maintainer would look at after a pipeline. */
function seen({ jobs, uploads }: PipelineReport) {
  const names = (files: PipelineReport['uploads']['pypi']) =>
    files.map(({ filename, publisher }) => `${filename} from ${publisher?.environment}`).sort();
  return {
    failures: jobs.filter(({ outcome }) => outcome === 'failed').map(({ output }) => output),
    tokens: jobs.flatMap(({ environment, audiences }) => audiences.map((it) => `${it} in ${environment}`)),
    pypi: names(uploads.pypi),
    testpypi: names(uploads.testpypi),
  };
}

const files = (version: string, environment: string) =>
  [`demo_pkg-${version}-py3-none-any.whl`, `demo_pkg-${version}.tar.gz`].map(
    (name) => `${name} from ${environment}`,
  );

const runs = describe.skipIf(!machine).concurrent;

runs('a pipeline that was set up', { timeout: 1_800_000 }, () => {
  it.each(Object.entries(cases))(
    'publishes each push only to TestPyPI and each tag only to PyPI: %s',
    async (_, { pushVersion = '1.2.3.dev1', testsTags = false, ...project }) => {
      const { git, on } = await prepare(project);
      expect(seen(await on(occasions.push('main')))).toEqual({
        failures: [],
        tokens: ['testpypi in release-test'],
        pypi: [],
        testpypi: files(pushVersion, 'release-test'),
      });
      await git('tag', 'v1.2.3');
      const onTag = seen(await on(occasions.tag('v1.2.3')));
      expect({ ...onTag, tokens: onTag.tokens.sort() }).toEqual({
        failures: [],
        tokens: ['pypi in release', ...(testsTags ? ['testpypi in release-test'] : [])],
        pypi: files('1.2.3', 'release'),
        testpypi: testsTags ? files('1.2.3', 'release-test') : [],
      });
    },
  );

  it('publishes nothing for schedules, other branches and merge requests', async () => {
    const { git, on } = await prepare({ files: hatchling, publishWith: 'uv' });
    await git('branch', 'feature');
    const others = [occasions.schedule('main'), occasions.push('feature'), occasions.mergeRequest('feature')];
    for (const occasion of others) expect((await on(occasion)).jobs).toEqual([]);
  });
});

/** A build that leaves changes in the work tree, which setuptools-scm turns into a different version. */
const untidy = `build:
  stage: build
  image: ghcr.io/astral-sh/uv:0.12-python3.13-trixie
  script:
    - echo Changed >> README.md
    - uv build
  artifacts:
    paths: [dist/]
`;
const uv: Project = { files: hatchling, publishWith: 'uv' };
const twine: Project = { files: hatchling, publishWith: 'twine' };

runs('a tag', { timeout: 1_800_000 }, () => {
  it.each<[string, Project, string[][], string]>([
    ['that is not a version', twine, [['nightly']], "Invalid version: 'nightly'"],
    [
      'with a build that changes files',
      { ...uv, pipeline: untidy },
      [['v1.2.3']],
      'Built 1.2.4.dev0, but the tag is 1.2.3: nothing is published.',
    ],
    [
      'next to another that git prefers',
      uv,
      [['v1.2.3'], ['--annotate', '--message', 'Candidate', 'v1.2.3rc1']],
      'Built 1.2.3rc1, but the tag is 1.2.3: nothing is published.',
    ],
  ])('%s publishes nothing and says why', async (_, project, tags, reason) => {
    const { git, on } = await prepare(project);
    for (const tag of tags) await git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'tag', ...tag);
    const { failures, pypi, testpypi } = seen(await on(occasions.tag(tags[0]?.[0] ?? '')));
    expect({ failures, pypi, testpypi }).toEqual({
      failures: [expect.stringContaining(reason)],
      pypi: [],
      testpypi: [],
    });
  });
});

runs('a publisher for another environment', { timeout: 1_800_000 }, () => {
  it.each(['uv', 'twine'] as const)(
    "rejects the job's token, and the job shows the reason: %s",
    async (tool) => {
      const { git, on } = await prepare(
        { files: hatchling, publishWith: tool },
        { environment: 'production' },
      );
      await git('tag', 'v1.2.3');
      const { failures, pypi } = seen(await on(occasions.tag('v1.2.3')));
      const reason = 'no corresponding publisher (Publisher with matching claims was not found)';
      expect(failures.map((output) => output.replace(/\s+/g, ' '))).toEqual([
        expect.stringContaining(reason),
      ]);
      expect(pypi).toEqual([]);
    },
  );
});
