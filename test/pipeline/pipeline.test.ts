import { describe, expect, it } from 'vitest';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import type { PipelineGoal } from '../../src/pipeline/pipeline-goal.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith } from './pipeline-goal.ts';

function edited(text: string | undefined, goal: PipelineGoal = goalWith()) {
  const result = editPipeline(text, goal);
  if (result.kind !== 'edited') throw new Error(`It was not edited: ${JSON.stringify(result)}`);
  return {
    after: result.edits[0]?.after ?? '',
    fields: result.differences.map(({ field }) => field),
    notes: result.notes,
  };
}

const jobs = (text: string) => parseYaml(text).data as Record<string, Record<string, never>>;

describe('a pipeline that does not publish yet', () => {
  it('is created if there is no file', () => {
    const { after, fields } = edited(undefined);
    expect(Object.keys(jobs(after))).toEqual(['build', 'check-dist', '.publish', 'release-test', 'release']);
    expect(fields).toEqual(['build', 'check-dist', '.publish', 'release-test', 'release']);
    expect(jobs(after)['release-test']?.id_tokens).toEqual({ TESTPYPI_ID_TOKEN: { aud: 'testpypi' } });
    expect(jobs(after).release?.environment).toEqual({
      name: 'release',
      url: 'https://pypi.org/project/demo-pkg/',
    });
    expect(after).not.toMatch(/curl|mint-token|--token/);
  });

  it('keeps its own text and has the stages added to its list', () => {
    const before =
      "# Ours\nstages: # two\n  - lint\n  - 'test'\n\nlint:\n    stage: lint\n    script: [make lint]\n";
    const { after } = edited(before);
    expect(after).toContain("stages: # two\n  - build\n  - lint\n  - 'test'\n  - deploy\n");
    expect(after.replace('  - build\n', '').replace('  - deploy\n', '').startsWith(before)).toBe(true);
  });

  it('has the stages added to a list in brackets', () => {
    expect(edited('stages: [test]\nt: {stage: test, script: x}\n').after).toContain(
      'stages: [build, test, deploy]',
    );
  });

  it('uses an existing job that builds dist/, and gives it the history and both occasions', () => {
    const before = `wheel:
  script:
    - python -m build
  artifacts:
    paths: [dist]
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
`;
    const { after, fields } = edited(before);
    expect(fields).toEqual([
      'wheel.variables.GIT_DEPTH',
      'wheel.rules',
      'check-dist',
      '.publish',
      'release-test',
      'release',
    ]);
    expect(jobs(after)['check-dist']?.needs).toEqual(['wheel']);
    expect(jobs(after).build).toBeUndefined();
  });

  it('is refused if several jobs build dist/', () => {
    const job = '  script: uv build\n  artifacts: {paths: [dist/]}\n';
    const result = editPipeline(`a:\n${job}b:\n${job}`, goalWith());
    expect(result).toMatchObject({ kind: 'refused', reason: expect.stringContaining("'a', 'b'") });
  });

  it('is not mistaken for one that publishes if the words are far apart', () => {
    expect(edited('docs:\n  script:\n    - uv sync\n    - make publish-docs\n').fields).toContain('release');
  });

  it('is refused if it is written on one line', () => {
    expect(editPipeline('{test: {script: x}}\n', goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('cannot be added to'),
    });
  });

  it("keeps a job that publishes to GitLab's own registry", () => {
    const before =
      'registry:\n  variables: {TWINE_PASSWORD: $CI_JOB_TOKEN}\n  script: twine upload --repository-url $CI_API_V4_URL/projects/1/packages/pypi dist/*\n';
    expect(edited(before).notes.join()).toContain("'registry' publishes to another index");
  });

  it('does not inherit the global before_script', () => {
    const { after } = edited('default:\n  before_script: [pip install -e .]\nt: {script: x}\n');
    expect(jobs(after).build?.before_script).toEqual([]);
    expect(jobs(after)['.publish']?.inherit).toEqual({ default: false, variables: false });
  });

  it('has the shape for twine', () => {
    const { after } = edited(undefined, goalWith({ publishWith: 'twine' }));
    expect(after).toContain('python -m twine upload --repository-url https://upload.pypi.org/legacy/ dist/*');
    expect(jobs(after)['.publish']).not.toHaveProperty('before_script');
    expect(jobs(after)['.publish']?.dependencies).toEqual(['check-dist']);
    expect(jobs(after)['check-dist']?.artifacts).toEqual({ paths: ['dist/', 'tools/'] });
    expect(readPipeline(after, officialIndexes).publishWith).toBe('twine');
  });

  it('is refused for twine with another index', () => {
    const [test, release] = goalWith().indexes;
    const goal = goalWith({
      publishWith: 'twine',
      indexes: [test!, { ...release!, uploadUrl: 'http://127.0.0.1:1/legacy/' }],
    });
    expect(editPipeline(undefined, goal)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('--publish-with uv'),
    });
  });

  it("builds a package in a subfolder into the root's dist/", () => {
    expect(edited(undefined, goalWith({ packageDirectory: 'python/demo' })).after).toContain(
      'uv build --no-sources --out-dir dist python/demo',
    );
  });

  it('gives each push its own version if the build backend cannot', () => {
    const goal = goalWith({ buildTimeVersion: { kind: 'pyproject' } });
    const { after } = edited(undefined, goal);
    expect((parseYaml(after).data.build as { script: string[] }).script[0]).toBe(
      '[ -n "$CI_COMMIT_TAG" ] || uv version --frozen "$(uv version --short | sed "s/\\.dev.*//").dev$CI_PIPELINE_IID"',
    );
    expect(editPipeline(after, goal).kind).toBe('unchanged');
    const { fields } = edited(after.replace(/^ +- '\[ -n.*\n/m, ''), goal);
    expect(fields).toEqual(['build.script']);
  });

  it('publishes only the source distribution of compiled code', () => {
    expect(edited(undefined, goalWith({ sdistOnly: true })).after).toContain(
      'uv build --no-sources --sdist\n',
    );
  });

  it.each([
    ['with comments alone', '# nothing yet\n'],
    ['with a byte order mark', '\uFEFFt:\n  script: x\n'],
    ['with an end marker', 't:\n  script: x\n...\n'],
    [
      'with a header of inputs',
      'spec:\n  inputs:\n    name:\n      default: x\n---\n$[[ inputs.name ]]:\n  script: x\n',
    ],
    ['with a beginning marker and no final newline', '---\nt:\n  script: x'],
    ['with CRLF and no final newline', 't:\r\n  script: x\r\n# end'],
  ])('keeps every byte of a file %s', (_, text) => {
    const { after } = edited(text);
    const [start = '', end = ''] = text.split('...');
    expect(after.startsWith(start)).toBe(true);
    expect(after.endsWith(end)).toBe(true);
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
    if (text.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('says at which place a file is not YAML', () => {
    expect(() => readPipeline('a: [1\nb: }\n', officialIndexes)).toThrow(/not valid YAML: .*line 2/);
    expect(editPipeline('a: [1\nb: }\n', goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('cannot be read here'),
    });
  });
});

describe('workflow:rules', () => {
  const workflow = (rules: string) => `workflow:\n  rules:\n${rules}\nt: {script: x}\n`;

  it.each([
    [
      'without a rule for tags',
      '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n    - if: $CI_COMMIT_BRANCH\n',
      true,
    ],
    ['for the default branch alone', "    - if: $CI_COMMIT_BRANCH == 'main'\n", true],
    ['that refuse tags', '    - if: $CI_COMMIT_TAG\n      when: never\n    - when: always\n', true],
    ['with a rule for tags', '    - if: $CI_COMMIT_BRANCH || $CI_COMMIT_TAG\n', false],
    ['with a pattern for tags', '    - if: $CI_COMMIT_TAG =~ /^v\\d/\n    - if: $CI_COMMIT_BRANCH\n', false],
    [
      'with tags of another form',
      '    - if: $CI_COMMIT_TAG =~ /^release-\\d/\n    - if: $CI_COMMIT_BRANCH\n',
      false,
    ],
    [
      'that leave out the commits of a release bot',
      '    - if: $CI_COMMIT_BRANCH && $CI_COMMIT_TITLE !~ /^Release/\n    - if: $CI_COMMIT_TAG\n',
      false,
    ],
    [
      'that let everything through',
      '    - if: $CI_COMMIT_MESSAGE =~ /skip/\n      when: never\n    - when: always\n',
      false,
    ],
  ])('%s are opened only if tags are blocked', (_, rules, blocked) => {
    const { fields, after } = edited(workflow(rules));
    expect(fields.includes('workflow.rules')).toBe(blocked);
    if (blocked) expect(after).toContain('    - if: $CI_COMMIT_TAG\n');
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });
});

describe('jobs from an earlier run', () => {
  const ours = edited('stages: [build, deploy]\n').after;
  const drifts: [field: string, from: string | RegExp, to: string][] = [
    ['build.variables.GIT_DEPTH', 'GIT_DEPTH: "0"', 'GIT_DEPTH: "20"'],
    ['build.artifacts.paths', '      - dist/', '      - public/'],
    ['build.rules', '    - if: $CI_COMMIT_TAG\n    - if: $CI_PIPELINE', '    - if: $CI_PIPELINE'],
    ['build.image', '-trixie # full', '-trixie-slim # full'],
    ['.publish.variables.GIT_STRATEGY', 'GIT_STRATEGY: empty # no', 'GIT_STRATEGY: fetch # no'],
    ['check-dist.variables.GIT_STRATEGY', 'GIT_STRATEGY: empty\n', 'GIT_STRATEGY: none\n'],
    ['check-dist.script', 'if tag and built', 'if built'],
    ['check-dist.needs', '  needs:\n    - build\n', ''],
    ['check-dist.inherit.default', '    default: false\n', '    default: true\n'],
    ['check-dist.inherit.variables', '    variables: false\n  needs', '  needs'],
    ['check-dist.artifacts.paths', /(get\n {4}paths:\n) {6}- dist\/\n/, '$1      - dist/\n      - uv.toml\n'],
    [
      'check-dist.artifacts.reports',
      /(get\n {4}paths:\n {6}- dist\/\n)/,
      '$1    reports:\n      dotenv: check.env\n',
    ],
    ['.publish.inherit.default', /(next to the token\n {4}default:) false/, '$1 true'],
    ['release.after_script', 'release:\n', 'release:\n  after_script: [./notify.sh]\n'],
    ['release.cache', 'release:\n', 'release:\n  cache: {paths: [.uv-cache]}\n'],
    ['.publish.dependencies', '  dependencies:\n    - check-dist\n', ''],
    ['.publish.dependencies', '    - check-dist\n', '    - check-dist\n    - build\n'],
    ['.publish.stage', '  stage: deploy\n', ''],
    ['release.environment.name', '    name: release\n', '    name: production\n'],
    ['release.environment.url', 'https://pypi.org/project/demo-pkg/', 'https://pypi.org/project/other/'],
    ['release-test.id_tokens.TESTPYPI_ID_TOKEN.aud', 'aud: testpypi', 'aud: pypi'],
    [
      'release.rules',
      /(\nrelease:[\s\S]*?never\n) {4}- if: \$CI_COMMIT_TAG\n/,
      '$1    - if: $CI_COMMIT_BRANCH\n',
    ],
    [
      'release-test.script',
      '    - uv publish --trusted-publishing always --publish-url https://test.pypi.org/legacy/',
      '    - uv publish',
    ],
    [
      'release.script',
      /uv publish --trusted-publishing always( --publish-url https:\/\/upload)/,
      'uv publish --token $T$1',
    ],
    ['release.extends', /(release:\n) {2}extends: .publish\n/, '$1'],
    ['stages', '[build, deploy]', '[build]'],
    ['release-test', /\nrelease-test:[\s\S]*?\n\n/, '\n'],
  ];

  it('are left alone', () => {
    expect(editPipeline(ours, goalWith())).toEqual({ kind: 'unchanged', notes: [] });
  });

  it.each(drifts)('are found to differ only in %s, and fixed', (field, from, to) => {
    const drifted = ours.replace(from, to);
    expect(drifted).not.toBe(ours);
    const { after, fields } = edited(drifted);
    expect(fields).toEqual([field]);
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });

  it("keep the team's additions", () => {
    const added = ours
      .replace('release:\n', 'release:\n  tags: [docker] # our runner\n  retry: 1\n')
      .replace('  stage: build\n', '  stage: build\n  interruptible: true\n');
    expect(editPipeline(added, goalWith()).kind).toBe('unchanged');
    const { after } = edited(added.replace('GIT_STRATEGY: empty # no', 'GIT_STRATEGY: clone # no'));
    expect(after).toBe(added);
  });

  it('show what was decided', () => {
    expect(readPipeline(ours, officialIndexes)).toMatchObject({
      ours: true,
      hasTestJob: true,
      publishesBy: 'id-token',
      publishWith: 'uv',
      releaseEnvironment: 'release',
      testEnvironment: 'release-test',
      credentials: [],
    });
  });

  it('hold no comment with data in it', () => {
    expect(ours).not.toContain('gitlab-to-pypi');
  });

  it('with the comment in which earlier versions kept the route are understood, and lose it with the next edit', () => {
    const comment = '# gitlab-to-pypi: API token in a variable (route: trusted, developers may deploy)\n';
    const old = ours.replace('.publish:\n', `# ours\n${comment}.publish:\n`);
    expect(readPipeline(old, officialIndexes)).toMatchObject({ route: 'trusted', developersDeploy: true });
    expect(editPipeline(old, goalWith()).kind).toBe('unchanged');
    const { after, fields } = edited(old.replace('interruptible: false', 'interruptible: true'));
    expect(fields).toEqual(['.publish.interruptible']);
    expect(after).toBe(ours.replace('.publish:\n', '# ours\n.publish:\n'));
  });

  it('show that they publish with a token', () => {
    const byToken = edited('', goalWith({ route: 'token' })).after;
    expect(readPipeline(byToken, officialIndexes)).toMatchObject({ route: 'token', publishesBy: 'token' });
    expect(editPipeline(byToken, goalWith({ route: 'token' })).kind).toBe('unchanged');
  });

  it('do not blame a job that publishes elsewhere for its own credentials', () => {
    const text = `inner:
  variables: {UV_PUBLISH_TOKEN: $INNER}
  script: [uv publish --index inner]
outer:
  environment: release
  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}
  script: [uv publish]
`;
    expect(readPipeline(text, officialIndexes).credentials).toEqual([]);
  });

  it('reveal credentials that override the Trusted Publisher', () => {
    const text = `variables:\n  UV_PUBLISH_TOKEN: x\n${ours.replace('release:\n', 'release:\n  variables: {TWINE_PASSWORD: y}\n')}`;
    expect(readPipeline(text, officialIndexes).credentials).toEqual([
      { job: 'release', key: 'TWINE_PASSWORD' },
    ]);
  });
});

describe('the tool that publishes', () => {
  it('is taken from the jobs that publish to the indexes, whatever others use', () => {
    const registry =
      'registry:\n  script: uv publish --publish-url $CI_API_V4_URL/projects/1/packages/pypi dist/*\n';
    const { after } = edited(registry, goalWith({ publishWith: 'twine' }));
    expect(readPipeline(after, officialIndexes).publishWith).toBe('twine');
    expect(readPipeline(registry, officialIndexes).publishWith).toBe('uv');
  });
});
