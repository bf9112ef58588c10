import { describe, expect, it } from 'vitest';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import { resolveJob } from '../../src/pipeline/recognise/jobs.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import type { YamlTable } from '../../src/text/yaml/document.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { hasSchema, schemaErrors } from '../support/gitlab-schema.ts';
import {
  articlePipeline,
  type PublishingPipeline,
  publishingPipelines,
} from '../support/publishing-pipelines.ts';
import { goalWith, guard, guardWithSchedules } from './pipeline-goal.ts';

/** The command with which uv publishes the content of dist/. */
const upload = {
  pypi: 'uv publish --trusted-publishing always --publish-url https://upload.pypi.org/legacy/ dist/*.whl dist/*.tar.gz',
};

const article = articlePipeline();
const shapes = Object.entries({
  ...publishingPipelines,
  ...(article ? { 'the blog article': article } : {}),
});
const tools = ['uv', 'twine'] as const;

const variants: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'with CRLF': (text) => text.replaceAll('\n', '\r\n'),
  'without a final newline': (text) => text.trimEnd(),
  'behind a header with inputs': (text) => `spec:\n  inputs:\n    job:\n      default: x\n---\n${text}`,
  'with a byte order mark': (text) => `\uFEFF${text}`,
};

const cases = shapes.flatMap(([name, shape]) => tools.map((tool) => ({ name, shape, tool })));

function migrate(text: string, tool: 'uv' | 'twine') {
  const result = editPipeline(text, goalWith({ publishWith: tool }));
  if (result.kind !== 'edited') throw new Error(`It was not edited: ${JSON.stringify(result)}`);
  return { after: result.edits[0]?.after ?? '', notes: result.notes, differences: result.differences };
}

/** A job with `extends` resolved, as data. */
function job(text: string, name: string): YamlTable {
  return resolveJob(parseYaml(text).data, name)?.value ?? {};
}

describe.each(cases)('$name, with $tool', ({ shape, tool }) => {
  it.each(Object.entries(variants))('is migrated idempotently, %s', (_, variant) => {
    const { after } = migrate(variant(shape.text), tool);
    expect(editPipeline(after, goalWith({ publishWith: tool }))).toMatchObject({ kind: 'unchanged' });
  });

  it('publishes to each index with its own ID token, from its own environment', () => {
    const { after } = migrate(shape.text, tool);
    expect(job(after, shape.release)).toMatchObject({
      environment: { name: 'release', url: 'https://pypi.org/project/demo-pkg/' },
      id_tokens: { PYPI_ID_TOKEN: { aud: 'pypi' } },
      rules: shape.rules,
    });
    expect(job(after, shape.test)).toMatchObject({
      environment: { name: 'release-test', url: 'https://test.pypi.org/project/demo-pkg/' },
      id_tokens: { TESTPYPI_ID_TOKEN: { aud: 'testpypi' } },
    });
    for (const name of [shape.release, shape.test]) {
      expect(Object.keys(job(after, name).id_tokens as YamlTable)).toHaveLength(1);
      expect(job(after, name)).not.toHaveProperty('only');
    }
  });

  it('keeps whatever has nothing to do with the upload', () => {
    const { after } = migrate(shape.text, tool);
    for (const part of shape.kept) expect(after).toContain(part);
  });

  it('has no token, password or exchange left', () => {
    const { after } = migrate(shape.text, tool);
    expect(after).not.toMatch(
      /\$\{?\w*(PYPI_TOKEN|API_TOKEN)|TWINE_PASSWORD|__token__|mint-token|curl|pypi-token/,
    );
  });

  it('says which variable in the settings is no longer read', () => {
    const variable = /\$\{?(\w*PYPI_TOKEN)/.exec(shape.text)?.[1];
    const { notes } = migrate(shape.text, tool);
    if (variable === undefined) expect(notes.join()).not.toContain('revoke');
    else expect(notes.join()).toMatch(new RegExp(`Nothing in the file reads .*${variable}.* any more`));
  });

  it.skipIf(!hasSchema)("passes GitLab's schema", () => {
    expect([...schemaErrors(migrate(shape.text, tool).after)]).toEqual([]);
  });
});

describe('a job that builds and uploads', () => {
  const { text } = publishingPipelines['a job that builds and uploads'] as PublishingPipeline;

  it('moves its preparations to the new build job', () => {
    const { after } = migrate(text, 'uv');
    expect(job(after, 'build')).toMatchObject({
      image: 'python:3.12',
      script: [
        "printf 'made by CI\\n' > src/demo_pkg/built.txt",
        'pip install build twine',
        'python -m build',
      ],
      variables: { GIT_DEPTH: '0' },
    });
    expect(job(after, 'release').dependencies).toEqual(['check-dist']);
    expect(job(after, 'check-dist').needs).toEqual(['build']);
    expect(JSON.stringify(job(after, 'release').script)).not.toContain('built.txt');
  });
});

describe('content from elsewhere in the file', () => {
  it.each([
    [
      'a job in braces',
      `p: {stage: deploy, image: python:3.12, only: [tags], script: ["pip install twine", "${twine}"]}\n`,
    ],
    [
      'a script by reference',
      `.u:\n  script:\n    - ${twine}\np:\n  image: python:3.12\n  script: !reference [.u, script]\n  only: [tags]\n`,
    ],
    [
      'an alias in place of the conditions',
      `q:\n  only: &t [tags]\n  script: x\np:\n  only: *t\n  script:\n    - ${twine}\n`,
    ],
    [
      'a parent with only conditions',
      `.t:\n  only: [tags]\nq:\n  extends: .t\n  script: x\np:\n  extends: [.t]\n  script:\n    - ${twine}\n`,
    ],
    [
      'one block of several commands',
      `p:\n  only: [tags]\n  script:\n    - |\n      pip install twine\n      ${twine}\n      echo done\n`,
    ],
    [
      'rules by reference',
      `.r:\n  rules:\n    - if: $CI_COMMIT_TAG\np:\n  rules:\n    - !reference [.r, rules]\n  script: ${twine}\n`,
    ],
  ])('is no obstacle: %s', (_, text) => {
    const { after } = migrate(text, 'uv');
    expect(job(after, 'p').id_tokens).toEqual({ PYPI_ID_TOKEN: { aud: 'pypi' } });
    expect([job(after, 'p').rules].flat(2)).toEqual([guard, { if: '$CI_COMMIT_TAG' }]);
    expect(job(after, 'p').script).toContain(upload.pypi);
    expect(parseYaml(after).data.q).toEqual(parseYaml(text).data.q);
  });

  it('does not reach the job: global credentials that another job needs', () => {
    const text = `variables:\n  TWINE_PASSWORD: $T\n  LEVEL: "1"\nregistry:\n  script: twine upload --repository-url $CI_API_V4_URL/packages/pypi dist/*\np:\n  only: [tags]\n  script: ${twine}\n`;
    const { after } = migrate(text, 'twine');
    expect(after).toContain('  TWINE_PASSWORD: $T\n');
    expect(job(after, 'p').inherit).toEqual({ default: false, variables: false });
    expect(readPipeline(after, officialIndexes).credentials).toEqual([]);
  });

  it('runs where it ran before: by the runner tags that `default:` gives to jobs without their own', () => {
    const text = `default:\n  tags: [shelf]\nq:\n  tags: [desk]\n  script: x\np:\n  only: [tags]\n  script: ${twine}\n`;
    const { after } = migrate(text, 'uv');
    for (const name of ['p', 'check-dist', '.publish']) expect(job(after, name).tags).toEqual(['shelf']);
    const { after: own } = migrate(text.replace('  only:', '  tags: [desk]\n  only:'), 'uv');
    expect(job(own, 'p').tags).toEqual(['desk']);
  });

  it('takes no publishing job for a builder, though it hands on to the next one what it got', () => {
    const passing = 'artifacts: {paths: [wheelhouse/]}';
    const text = `b:\n  image: python:3.12\n  script: cibuildwheel\n  ${passing}\nt:\n  stage: deploy\n  only: [tags]\n  needs: [b]\n  ${passing}\n  script: twine upload -r testpypi wheelhouse/*\np:\n  stage: deploy\n  only: [tags]\n  needs: [t]\n  script: twine upload wheelhouse/*\n`;
    const { after } = migrate(text, 'uv');
    expect(job(after, 'check-dist').needs).toEqual(['b']);
    expect(job(after, 'p').needs).toEqual(['t', 'check-dist']);
    expect(job(after, 't').variables).not.toHaveProperty('GIT_DEPTH');
  });

  it('is removed: global credentials that no other job needs', () => {
    const { after } = migrate(
      `variables:\n  TWINE_PASSWORD: $T\n  LEVEL: "1"\np:\n  only: [tags]\n  script: ${twine}\n`,
      'uv',
    );
    expect(parseYaml(after).data.variables).toEqual({ LEVEL: '1' });
  });

  it('is left alone without the TestPyPI half: a job that uploads there', () => {
    const [, release] = goalWith().indexes;
    const text = 't:\n  script: twine upload -r testpypi dist/*\n';
    const result = editPipeline(text, goalWith({ indexes: [release!] }));
    expect(result.kind === 'edited' && result.edits[0]?.after.startsWith(text)).toBe(true);
    expect(result.notes.join()).toContain("'t' publishes to TestPyPI and is left alone");
  });
});

describe('a hidden job that held nothing but the old way', () => {
  it.each(['  <<: *upload\n', '  extends: .upload\n'])('gives up variables of its own, for %s', (parent) => {
    const made = (name: string, variables: string, only: string) =>
      `${name}:\n${parent}  variables:\n    TWINE_USERNAME: __token__\n${variables}  only: [${only}]\n`;
    const text = `stages: [build, ship]\nb:\n  stage: build\n  script: [python -m build]\n  artifacts: {paths: [dist/]}\n.upload: &upload\n  stage: ship\n  script:\n    - twine upload dist/*\n${made('real', '    TWINE_PASSWORD: $PYPI_TOKEN\n', 'tags')}${made('trial', '    TWINE_PASSWORD: $TESTPYPI_TOKEN\n    TWINE_REPOSITORY: testpypi\n', 'main')}`;
    const result = editPipeline(text, goalWith());
    if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
    const after = result.edits[0]?.after ?? '';
    expect(after).not.toContain('TWINE_');
    for (const name of ['real', 'trial'])
      expect(job(after, name).variables).toMatchObject({ GIT_STRATEGY: 'empty' });
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });

  it.each(['  <<: *tools\n', '  extends: .tools\n'])('keeps its name, for %s', (parent) => {
    const base = '.tools: &tools\n  before_script:\n    - pip install twine\n\n';
    const { after } = migrate(`${base}p:\n${parent}  only: [tags]\n  script: [twine upload dist/*]\n`, 'uv');
    expect(job(after, 'p')).not.toHaveProperty('before_script');
    expect(after).toMatch(/^\.tools: &tools\n {2}\w+:/);
  });
});

const twine = 'twine upload -u __token__ -p $PYPI_TOKEN dist/*';
const registry = 'twine upload --repository-url $CI_API_V4_URL/projects/1/packages/pypi dist/*';

describe('a script that uploads to several indexes', () => {
  const tags = '  rules: [{if: $CI_COMMIT_TAG}]\n';

  it('goes on uploading to the registry and nothing else; PyPI gets a job that waits for it', () => {
    const text = `p:\n  stage: deploy\n${tags}  script:\n    # build\n    - python -m build\n    - ./scan.sh\n    - ${registry}\n    # PyPI\n    - twine upload -p $T dist/*\nq:\n  needs: [p]\n${tags}  script: ./tell.sh\n`;
    const { after, notes } = migrate(text, 'uv');
    const from = (name: string) => ({ job: name, artifacts: false, optional: true });
    expect(job(after, 'p').script).toEqual(['python -m build', './scan.sh', registry]);
    expect(job(after, 'p').variables).toEqual({ GIT_DEPTH: '0' });
    expect(job(after, 'release')).toMatchObject({
      stage: 'deploy',
      rules: [guard, { if: '$CI_COMMIT_TAG' }],
      needs: [from('p'), 'check-dist'],
      id_tokens: { PYPI_ID_TOKEN: { aud: 'pypi' } },
    });
    expect(job(after, 'q').needs).toEqual(['p', from('release')]);
    expect(after).not.toMatch(/\$T\b|# PyPI/);
    expect(notes.join()).toContain("The job 'p' goes on publishing to another index");
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });

  it('needs no waiting where PyPI came first', () => {
    const { after } = migrate(
      `p:\n${tags}  script:\n    - python -m build\n    - ${twine}\n    - ${registry}\n`,
      'twine',
    );
    expect(job(after, 'p').script).toEqual(['python -m build', registry]);
    expect(job(after, 'release').needs).toBeUndefined();
  });

  it('keeps PyPI, and TestPyPI gets a job for the same occasions', () => {
    const { after } = migrate(
      `b:\n  script: python -m build\n  artifacts: {paths: [dist]}\np:\n  stage: deploy\n  only: [main, tags]\n  script:\n    - twine upload -r testpypi dist/*\n    - ${twine}\n    - ./tell.sh\n`,
      'uv',
    );
    expect(job(after, 'p')).toMatchObject({ id_tokens: { PYPI_ID_TOKEN: { aud: 'pypi' } } });
    expect(job(after, 'release-test')).toMatchObject({
      id_tokens: { TESTPYPI_ID_TOKEN: { aud: 'testpypi' } },
      rules: [guardWithSchedules, { if: '$CI_COMMIT_REF_NAME == "main"' }, { if: '$CI_COMMIT_TAG' }],
    });
    expect(job(after, 'p-afterwards').script).toEqual(['./tell.sh']);
    expect(job(after, 'build')).toEqual({});
  });
});

describe('an index that variables of rules choose', () => {
  const built = 'b:\n  script: python -m build\n  artifacts: {paths: [dist]}\n';
  const branch = '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH';
  const rulesOf = (first: string, second: string) =>
    `  rules:\n    - if: $CI_COMMIT_TAG\n      variables: ${first}\n    - if: ${branch}\n      variables: ${second}\n`;
  const uploader = (more: string, ...script: string[]) =>
    `p:\n  stage: deploy\n${more}  script:\n${script.map((it) => `    - ${it}\n`).join('')}`;
  const tagged = [guard, { if: '$CI_COMMIT_TAG' }];

  it.each([
    [
      'by the name of the index',
      uploader(
        rulesOf('{TWINE_REPOSITORY: pypi, TWINE_PASSWORD: $A}', '{TWINE_REPOSITORY: testpypi}'),
        'twine upload dist/*',
      ),
    ],
    [
      'by its address, and the token with it',
      uploader(
        rulesOf(
          '{UV_PUBLISH_URL: "https://upload.pypi.org/legacy/", UV_PUBLISH_TOKEN: $A}',
          '{UV_PUBLISH_URL: "https://test.pypi.org/legacy/", UV_PUBLISH_TOKEN: $B}',
        ),
        'uv publish',
      ),
    ],
    [
      'by a variable of their own, with a default for all jobs',
      `variables: {WHERE: testpypi}\n${uploader(rulesOf('{WHERE: pypi}', '{X: y}'), 'twine upload -r $WHERE dist/*')}`,
    ],
    [
      'and a job builds too',
      uploader(
        rulesOf('{WHERE: pypi}', '{WHERE: testpypi}'),
        'python -m build',
        'twine upload -r $WHERE dist/*',
      ).replace('p:', 'p: # all'),
    ],
    [
      'that others use, in a parent',
      `.r:\n${rulesOf('{WHERE: pypi}', '{WHERE: testpypi}')}q: {extends: .r, script: echo $WHERE}\n${uploader('  extends: .r\n', 'twine upload -r $WHERE dist/*')}`,
    ],
    [
      'of the pipeline, for a job without rules',
      `workflow:\n${rulesOf('{WHERE: pypi}', '{WHERE: testpypi}')}${uploader('', 'twine upload -r $WHERE dist/*')}`,
    ],
    [
      'of the pipeline, for a job with conditions of its own',
      `workflow:\n${rulesOf('{WHERE: pypi}', '{WHERE: testpypi}')}${uploader('  only: [branches, tags]\n', 'twine upload -r $WHERE dist/*')}`,
      '$CI_COMMIT_BRANCH',
    ],
    [
      'of the pipeline, for a job with a rule for both',
      `workflow:\n${rulesOf('{WHERE: pypi}', '{WHERE: testpypi}')}${uploader(`  rules: [{if: $CI_COMMIT_TAG || ${branch}}]\n`, 'twine upload -r $WHERE dist/*')}`,
    ],
  ])('%s: each gets a job for its own occasions', (_, text, pushed = branch) => {
    const { after } = migrate(text.includes('build') ? text : built + text, 'uv');
    expect(job(after, 'p')).toMatchObject({ rules: tagged, id_tokens: { PYPI_ID_TOKEN: { aud: 'pypi' } } });
    expect(job(after, 'release-test')).toMatchObject({
      stage: 'deploy',
      rules: [guardWithSchedules, { if: pushed }],
      id_tokens: { TESTPYPI_ID_TOKEN: { aud: 'testpypi' } },
    });
    expect(editPipeline(after, goalWith())).toMatchObject({ kind: 'unchanged' });
  });

  it('keeps the order of the rules, and what the job does besides', () => {
    const rules = `  rules:\n    - {if: $CI_COMMIT_TAG =~ /rc/, variables: {WHERE: testpypi}}\n    - {if: $CI_COMMIT_TAG, when: manual, variables: {WHERE: pypi}}\n`;
    const upload = uploader(rules, 'twine check dist/*', 'twine upload -r $WHERE dist/*', './tell.sh $WHERE');
    const { after } = migrate(`${built}${upload}q: {needs: [p], script: x}\n`, 'uv');
    const [candidates, rest] = [{ if: '$CI_COMMIT_TAG =~ /rc/' }, { if: '$CI_COMMIT_TAG' }];
    expect(job(after, 'release-test').rules).toEqual([guard, candidates]);
    expect(job(after, 'p').rules).toEqual([
      guard,
      { ...candidates, when: 'never' },
      { ...rest, when: 'manual' },
    ]);
    for (const name of ['p', 'release-test'])
      expect(job(after, `${name}-afterwards`)).toMatchObject({
        script: ['./tell.sh $WHERE'],
        variables: { WHERE: name === 'p' ? 'pypi' : 'testpypi' },
        rules: (job(after, name).rules as YamlTable[]).map(({ when, ...rule }) =>
          when === 'never' ? { ...rule, when } : rule,
        ),
      });
    const needs = ['p', 'release-test'].map((name) => expect.objectContaining({ job: name, optional: true }));
    expect(job(after, 'q').needs).toEqual(needs);
  });

  it('goes on uploading to the registry, with the variables of that', () => {
    const inner =
      '{TWINE_REPOSITORY_URL: "$CI_API_V4_URL/projects/1/packages/pypi", TWINE_PASSWORD: $CI_JOB_TOKEN}';
    const { after, notes } = migrate(
      `${built}${uploader(rulesOf('{TWINE_REPOSITORY: pypi, TWINE_PASSWORD: $A}', inner), 'twine upload dist/*')}`,
      'uv',
    );
    expect(job(after, 'p')).toMatchObject({
      rules: [{ if: branch }],
      script: ['twine upload dist/*'],
      variables: { TWINE_PASSWORD: '$CI_JOB_TOKEN' },
    });
    expect(job(after, 'release').rules).toEqual(tagged);
    expect(notes.join()).toMatch(/^The job 'p' goes on publishing to another index/);
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });

  it.each([
    [
      'the build with it',
      'python -m build $ARGS',
      '{WHERE: pypi, ARGS: -w}',
      /builds what it uploads, and rules set 'ARGS'/,
    ],
    [
      'the version with it',
      'python -m build',
      '{WHERE: pypi, SETUPTOOLS_SCM_PRETEND_VERSION: $V}',
      /rules set 'SETUPTOOLS_SCM/,
    ],
  ])('is left alone if they choose %s', (_, build, variables, reason) => {
    const text = uploader(rulesOf(variables, '{WHERE: testpypi}'), build, 'twine upload -r $WHERE dist/*');
    expect(editPipeline(text, goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('an index that a script chooses by the tag or branch', () => {
  const built = 'b:\n  script: python -m build\n  artifacts: {paths: [dist]}\n';
  const uploader = (more: string, ...script: string[]) =>
    `${built}p:\n  stage: deploy\n${more}  script: ${JSON.stringify(script)}\n`;
  const both = '  only: [main, tags]\n';
  const [here, test] = ['twine upload dist/*', 'twine upload -r testpypi dist/*'];
  const main = { if: '$CI_COMMIT_REF_NAME == "main"' };
  const tag = { if: '$CI_COMMIT_TAG' };

  it.each([
    ['in two branches', both, [`if [ -n "$CI_COMMIT_TAG" ]; then\n  # real\n  ${here}\nelse ${test}; fi`]],
    ['in the other order', both, [`if test -z "$CI_COMMIT_TAG"; then ${test}; else ${here}; fi`]],
    [
      'by a variable',
      both,
      ['if [[ $CI_COMMIT_TAG ]]; then W=pypi; else W=testpypi; fi', 'twine upload -r $W dist/*'],
    ],
    [
      'by a variable of the tool',
      both,
      [
        `case "$CI_COMMIT_TAG" in\n  "") export TWINE_REPOSITORY=testpypi TWINE_PASSWORD=$A;;\n  *) export TWINE_PASSWORD=$B;;\nesac`,
        here,
      ],
    ],
  ])('%s: each gets a job for its own occasions', (_, more, script) => {
    const { after } = migrate(uploader(more, ...script), 'uv');
    const notOnTags = [{ ...tag, when: 'never' }, main];
    expect(job(after, 'p').rules).toEqual([guard, tag]);
    const { rules } = job(after, 'release-test');
    expect([[main], notOnTags]).toContainEqual((rules as YamlTable[]).slice(1));
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });

  it('keeps the order of patterns', () => {
    const choice = `case $CI_COMMIT_TAG in\n  *rc*|*b?) ${test} ;;\n  v*) ${here} ;;\n  *) echo "no release" ;;\nesac`;
    const { after } = migrate(uploader('  rules: [{if: $CI_COMMIT_TAG}]\n', choice), 'uv');
    const candidates = { if: '$CI_COMMIT_TAG =~ /rc/ || $CI_COMMIT_TAG =~ /b.$/' };
    expect(job(after, 'release-test').rules).toEqual([guard, candidates]);
    expect(job(after, 'p').rules).toEqual([
      guard,
      { ...candidates, when: 'never' },
      { if: '$CI_COMMIT_TAG =~ /^v/' },
    ]);
  });

  it.each([
    ['a guard', [`if [ -z "$CI_COMMIT_TAG" ]; then echo "no release"; exit 0; fi`, here]],
    ['a branch', [`if [ -n "$CI_COMMIT_TAG" ]; then ${here}; fi`]],
  ])('runs on tags alone where %s of the script saw to that', (_, script) => {
    const { after } = migrate(uploader('', 'pip install twine', ...script), 'uv');
    expect(job(after, 'p')).toMatchObject({
      rules: [guard, tag],
      id_tokens: { PYPI_ID_TOKEN: { aud: 'pypi' } },
    });
  });

  it('goes on with what it does in any case, and hands on what it builds', () => {
    const text = `p:\n  script: ${JSON.stringify(['python -m build', './scan.sh', `if [ -n "$CI_COMMIT_TAG" ]; then ${here}; fi`])}\n  artifacts: {paths: [dist]}\n`;
    const { after } = migrate(text, 'uv');
    expect(job(after, 'p')).toMatchObject({ script: ['python -m build', './scan.sh'] });
    expect(job(after, 'p')).not.toHaveProperty('rules');
    expect(job(after, 'check-dist').needs).toEqual(['p']);
    expect(job(after, 'release')).toMatchObject({ needs: [{ job: 'p', optional: true }, 'check-dist'] });
    expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
  });

  it('goes on with what it does otherwise, and in no merge request', () => {
    const choice = `if [ -n "$CI_COMMIT_TAG" ]; then ${here}; else ./try.sh; fi`;
    const { after } = migrate(uploader('', choice), 'uv');
    expect(job(after, 'p')).toEqual({
      stage: 'deploy',
      script: ['./try.sh'],
      rules: [
        { if: '$CI_PIPELINE_SOURCE == "merge_request_event"', when: 'never' },
        { ...tag, when: 'never' },
        { when: 'on_success' },
      ],
    });
    expect(job(after, 'release').rules).toEqual([guard, tag]);
  });

  it.each([
    ['variables of its own', `if [ "$NOW" = yes ]; then ${here}; else ${test}; fi`],
    ['what it finds', `if [ -f now ]; then ${here}; else ${test}; fi`],
    [
      'a branch in a branch',
      `if [ -n "$CI_COMMIT_TAG" ]; then if [ "$X" ]; then ${here}; fi; else ${test}; fi`,
    ],
  ])('is left alone if the script decides by %s', (_, choice) => {
    expect(editPipeline(uploader(both, choice), goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("the script of the job 'p' decides by itself when and where to upload"),
    });
  });
});

it('takes the ID token and its environment out of a job that uploads to the registry as well', () => {
  const text = `b:\n  script: python -m build\n  artifacts: {paths: [dist]}\np:\n  stage: deploy\n  environment: release\n  id_tokens: {PYPI_ID_TOKEN: {aud: pypi}, VAULT_TOKEN: {aud: vault}}\n  rules: [{if: $CI_COMMIT_TAG}]\n  script:\n    - twine check dist/*\n    - twine upload dist/*\n    - ${registry}\n`;
  const { after } = migrate(text, 'uv');
  expect(job(after, 'p')).toEqual({
    stage: 'deploy',
    id_tokens: { VAULT_TOKEN: { aud: 'vault' } },
    rules: [{ if: '$CI_COMMIT_TAG' }],
    script: ['twine check dist/*', registry],
  });
  expect(job(after, 'release')).toMatchObject({
    environment: { name: 'release' },
    id_tokens: { PYPI_ID_TOKEN: { aud: 'pypi' } },
    needs: ['b', { job: 'p', artifacts: false, optional: true }, 'check-dist'],
  });
  expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
});

it('is built where it is uploaded, if that job deletes what others have built', () => {
  const built = 'build:\n  script: tox -e build\n  artifacts: {paths: [dist]}\n';
  const { after } = migrate(
    `${built}p:\n  stage: deploy\n  script:\n    - rm -rf dist\n    - python -m build --sdist\n    - ${twine}\n`,
    'uv',
  );
  expect(job(after, 'check-dist').needs).toEqual(['build-package']);
});

it.each([
  ['a parent', '.t:\n  only: [tags]\n  tags: [own]\nq:\n  extends: .t\n  script: x\n', '  extends: .t\n'],
  [
    'a parent of a parent, among others',
    '.s: {except: [branches]}\n.t: {extends: .s, tags: [own]}\n.u: {retry: 1}\nq: {extends: [.t, .u], script: x}\n',
    '  extends: [.t, .u]\n',
  ],
  ['an anchor', '.t: &t\n  only: [tags]\n  tags: [own]\nq:\n  <<: *t\n  script: x\n', '  <<: *t\n'],
  [
    'one of two anchors in a list',
    '.a:\n  - &s {only: [tags]}\n  - &t {tags: [own]}\nq: {<<: [*s, *t], script: x}\n',
    '  <<: [*s, *t]\n',
  ],
  ['a job that runs', 'q: &q\n  tags: [own]\n  only: [tags]\n  script: x\n', '  <<: *q\n'],
  ['a job that runs, by its name', 'q: {tags: [own], only: [tags], script: x}\n', '  extends: q\n'],
])('has conditions of its own, and copies of the rest, if others use those of %s', (_, others, uses) => {
  const text = `${others}p:\n${uses}  stage: deploy\n  script:\n    - ./look.sh\n    - ${twine}\n`;
  const { after } = migrate(text, 'uv');
  expect(after.startsWith(others)).toBe(true);
  expect(job(after, 'q')).toEqual(job(text, 'q'));
  expect(job(after, 'p')).toMatchObject({ rules: [guard, { if: '$CI_COMMIT_TAG' }], tags: ['own'] });
  expect(job(after, 'p')).not.toHaveProperty('only');
  expect(job(after, 'p')).not.toHaveProperty('except');
  expect(job(after, 'p-checks')).toMatchObject({ script: ['./look.sh'], tags: ['own'] });
  expect(editPipeline(after, goalWith()).kind).toBe('unchanged');
});

describe('a script that cannot be split', () => {
  it.each([
    [
      'decides by itself',
      'p:\n  script:\n    - |\n      if [ "$X" ]; then\n        twine upload dist/*\n      fi\n',
      /'p' decides by itself when and where to upload/,
    ],
    [
      'only checks the files otherwise',
      'p:\n  script:\n    - if [ -z "$T" ]; then twine check dist/*; else twine upload dist/*; fi\n',
      /'p' decides by itself when and where to upload/,
    ],
    [
      'uploads in a function',
      'p:\n  script:\n    - |\n      ship() {\n        twine upload dist/*\n      }\n    - ship\n',
      /'p' decides by itself when and where to upload \(twine upload dist\/\*\)/,
    ],
    [
      'tries TestPyPI before it uploads to PyPI',
      'p:\n  script:\n    - twine upload -r testpypi dist/*\n    - ./try.sh\n    - twine upload dist/*\n',
      /'p' uploads to several indexes, and after its upload to TestPyPI it runs '\.\/try\.sh', which may depend on it/,
    ],
    [
      'tells about a release before it uploads elsewhere',
      'p:\n  script:\n    - twine upload dist/*\n    - ./tell.sh\n    - uv publish --publish-url https://inner.example.org/\n',
      /after its upload to PyPI it runs '\.\/tell\.sh'/,
    ],
    [
      'uploads to several indexes, and builds a part of it itself',
      `b:\n  script: cibuildwheel\n  artifacts: {paths: [wheelhouse]}\np:\n  needs: [b]\n  script:\n    - python -m build --sdist\n    - ${registry}\n    - ${twine}\n`,
      /'p' uploads to several indexes, and cannot be split up here \(the job 'p' builds a part .*: move each upload into a job of its own first/,
    ],
    [
      'runs in parallel',
      'p:\n  parallel: 2\n  script: twine upload dist/*\n',
      /'p' publishes several times in parallel/,
    ],
    [
      'builds a part of what it uploads',
      'b:\n  image: python:3.12\n  script: cibuildwheel --output-dir wheelhouse\n  artifacts: {paths: [wheelhouse]}\np:\n  needs: [b]\n  script:\n    - mv wheelhouse dist\n    - python -m build --sdist\n    - twine upload dist/*\n',
      /'p' builds a part of what it uploads itself, and 'b' the rest/,
    ],
    [
      'builds with an old Python, and prepares that in its own way',
      'p:\n  image: python:3.7\n  script:\n    - ./prepare.sh\n    - python -m build\n    - twine upload dist/*\n',
      /'p' builds in python:3.7, and what takes the version from git/,
    ],
    [
      'is named after PyPI and runs what cannot be read',
      'to-pypi:\n  only: [tags]\n  script: ship-lib pypi --now\n',
      /the job 'to-pypi' runs 'ship-lib pypi --now', which cannot be read but seems to publish/,
    ],
    [
      'gives the credential to what cannot be read',
      'ship:\n  only: [tags]\n  script:\n    - |\n      ship-lib publish \\\n        --token $PYPI_API_TOKEN\n',
      /the job 'ship' runs 'ship-lib publish .*, which cannot be read but seems to publish/,
    ],
    [
      'is named after PyPI and extends what cannot be read',
      'include: [{project: our/templates, file: python.yml}]\nto-pypi:\n  extends: .upload\n  only: [tags]\n',
      /the job 'to-pypi' extends '.upload', which cannot be read, and seems to publish/,
    ],
    ['is generated', '# Generated by a tool, do not edit\np:\n  script: x\n', /generated.*change its source/],
  ])('%s: is left alone, with the block to paste', (_, text, reason) => {
    const result = editPipeline(text, goalWith());
    expect(result).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(result.kind === 'refused' && result.manual).toContain('id_tokens:');
  });
});

it('tells nothing of what an edit would have done when it refuses it', () => {
  const text = `q:\n  script: twine upload --repository-url $CI_API_V4_URL/packages/pypi dist/*\np:\n  parallel: 2\n  script: twine upload dist/*\n`;
  expect(editPipeline(text, goalWith())).toMatchObject({ kind: 'refused', notes: [] });
});

describe('the block to paste', () => {
  it('publishes on the tags that release now', () => {
    const text = `p:\n  rules:\n    - if: $CI_COMMIT_TAG =~ /^v/\n      when: manual\n  parallel: 2\n  script: twine upload dist/*\n`;
    const result = editPipeline(text, goalWith());
    const { manual } = result as { manual: string };
    const jobs = parseYaml(manual.slice(manual.indexOf('\n\n'))).data as Record<string, YamlTable>;
    expect(jobs.release?.rules).toEqual([guard, { if: '$CI_COMMIT_TAG =~ /^v/', when: 'manual' }]);
    for (const name of ['build', 'check-dist'])
      expect(jobs[name]?.rules).toContainEqual({ if: '$CI_COMMIT_TAG =~ /^v/' });
  });
});

describe('the way a job publishes today', () => {
  const publishing = (script: string, more = '') =>
    `p:\n  image: python:3.12\n${more}  script:\n    - ${script}\n`;

  it.each([
    ['twine upload dist/*', 'pypi'],
    ['python3 -m twine upload --verbose dist/*', 'pypi'],
    ['pipx run twine==6.1.0 upload -u __token__ -p $T dist/*', 'pypi'],
    ['uvx twine upload dist/*', 'pypi'],
    ['uv publish --token $T', 'pypi'],
    ['uv --quiet publish --publish-url https://test.pypi.org/legacy/', 'testpypi'],
    ['uv publish --index testpypi', 'testpypi'],
    ['poetry publish -u __token__ -p $T', 'pypi'],
    ['pdm publish -r testpypi', 'testpypi'],
    ['hatch publish -r test', 'testpypi'],
    ['flit publish', 'pypi'],
    ['maturin upload target/wheels/*', 'pypi'],
    ['python setup.py sdist upload -r pypi', 'pypi'],
    [
      'echo "[server-login]" > ~/.pypirc\n    - echo "repository=https://test.pypi.org/legacy/" >> ~/.pypirc\n    - python setup.py sdist upload',
      'testpypi',
    ],
    [
      'printf "[pypi]\\n[testpypi]\\nrepository=https://test.pypi.org/legacy/" > ~/.pypirc\n    - twine upload dist/*',
      'pypi',
    ],
    ['twine upload --repository-url $TEST_PYPI_UPLOAD_URL dist/*', 'testpypi'],
  ])('%s goes to %s', (command, index) => {
    const { after } = migrate(publishing(command), 'uv');
    const token = index === 'pypi' ? 'PYPI_ID_TOKEN' : 'TESTPYPI_ID_TOKEN';
    expect(Object.keys(job(after, 'p').id_tokens as YamlTable)).toEqual([token]);
  });

  it.each([
    'twine upload --repository-url $CI_API_V4_URL/projects/1/packages/pypi dist/*',
    'twine upload --repository-url https://artifactory.example.com/api/pypi/x dist/*',
    'uv publish --publish-url https://pypi.example.com/',
  ])('%s is left alone and reported', (command) => {
    const { after, notes } = migrate(publishing(command), 'uv');
    expect(after).toContain(publishing(command));
    expect(notes.join()).toContain("'p' publishes to another index and is left alone");
  });

  it.each(['uv publish --dry-run', 'npm publish', 'make docs-publish-check'])(
    '%s is not taken for it',
    (command) => {
      const { after } = migrate(publishing(command), 'uv');
      expect(after).toContain(publishing(command));
      expect(job(after, 'release').script).toBeDefined();
    },
  );

  it('is asked about if several jobs publish to the same index', () => {
    const text = `${publishing('twine upload dist/*')}${publishing('twine upload dist/*').replace('p:', 'q:')}`;
    expect(editPipeline(text, goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("'p', 'q'"),
    });
    const chosen = editPipeline(text, goalWith({ publishingJobs: { pypi: 'q' } }));
    const after = chosen.kind === 'edited' ? (chosen.edits[0]?.after ?? '') : '';
    expect(job(after, 'q')).toHaveProperty('id_tokens');
    expect(job(after, 'p')).not.toHaveProperty('id_tokens');
    expect(editPipeline(after, goalWith())).toMatchObject({
      kind: 'unchanged',
      notes: [expect.stringContaining("'p' publishes to the same index in another way and is left alone")],
    });
  });

  it.each(['-rtestpypi', '-r=testpypi'])('is read with a value attached to its option: %s', (option) => {
    const { after } = migrate(publishing(`twine upload ${option} dist/*`), 'uv');
    expect(job(after, 'p').script).toContain(upload.pypi.replace('upload.', 'test.'));
  });

  it('keeps the selection of files', () => {
    const { after } = migrate(publishing('twine upload dist/*.whl wheelhouse/*.whl'), 'uv');
    expect(after).toContain('/legacy/ dist/*.whl wheelhouse/*.whl\n');
  });

  it.each([
    `docker run -v $PWD/dist:/dist python sh -c 'pip install twine && twine upload /dist/*'`,
    `find dist -name '*.whl' -exec twine upload {} +`,
  ])('takes what was built where another program names the files: %s', (command) => {
    const { after } = migrate(publishing(command), 'uv');
    expect(job(after, 'p').script).toContain(upload.pypi);
  });

  it('says that its environment gets a name that a publisher can be registered for', () => {
    const text = publishing('twine upload dist/*', '  environment: pypi/$CI_COMMIT_TAG\n');
    const { after, notes } = migrate(text, 'uv');
    expect(job(after, 'p').environment).toMatchObject({ name: 'release' });
    expect(notes.join()).toContain("'release' now instead of 'pypi/$CI_COMMIT_TAG'");
    const named = `variables: {WHERE: live}\n${text.replace('pypi/$CI_COMMIT_TAG', '$WHERE')}`;
    expect(readPipeline(named, officialIndexes).releaseEnvironment).toBe('live');
  });

  it('uploads where failures were tolerated, and says that another project may publish', () => {
    const text = publishing(`twine upload dist/* || echo "already there"`);
    expect(job(migrate(text, 'uv').after, 'p').script).toContain(upload.pypi);
    const other = 'r:\n  stage: deploy\n  trigger: {project: tides/release-tools}\n';
    expect(migrate(text + other, 'uv').notes.join()).toContain(
      "of the project 'tides/release-tools', which may",
    );
    const alone = editPipeline(other.replace('r:', 'to-pypi:'), goalWith());
    expect(alone).toMatchObject({ kind: 'refused', reason: expect.stringContaining('seems to publish') });
  });

  it('makes no job of what only told pip where packages are', () => {
    const script = 'pip config set global.index-url https://example.com/simple\n    - twine upload dist/*';
    expect(job(migrate(publishing(script), 'uv').after, 'p-checks')).toEqual({});
  });

  it('leaves to a job behind it what it did after its script: notices and the release on GitLab', () => {
    const more = `  image: registry.example.com/release-cli:1
  after_script: [./notify.sh, rm -rf tmp]
  release: {tag_name: $CI_COMMIT_TAG, description: New}
`;
    const { after } = migrate(publishing('twine upload dist/*', more), 'uv');
    expect(job(after, 'p')).not.toHaveProperty('release');
    expect(job(after, 'p-afterwards')).toMatchObject({
      image: 'registry.example.com/release-cli:1',
      needs: ['build', 'p'],
      script: ['./notify.sh'],
      release: { tag_name: '$CI_COMMIT_TAG', description: 'New' },
    });
  });

  it('is refused where a script after it tells how it ended', () => {
    const more = '  after_script: ["curl -d $CI_JOB_STATUS https://talk.example.com/"]\n';
    expect(editPipeline(publishing('twine upload dist/*', more), goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("after_script of the job 'p' tells how the job ended"),
    });
  });

  it('is refused where a script after it decides whether to upload', () => {
    const after = '  after_script:\n    - if [ "$CI_COMMIT_TAG" ]; then twine upload dist/*; fi\n';
    expect(
      editPipeline(publishing('python -m build', after), goalWith({ publishingJobs: { pypi: 'p' } })),
    ).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("'p' decides by itself when and where to upload"),
    });
  });

  it('is told of a command that may publish as well, not of its installation', () => {
    const bot = 'bot: {script: [npm install -g semantic-release, npx semantic-release]}\n';
    expect(migrate(bot + publishing('twine upload dist/*'), 'uv').notes.join()).toContain(
      "'bot' runs 'npx semantic-release', which may publish",
    );
    const target = 'all: {script: [entrypoint make -e release-python, apt-get install make release]}\n';
    expect(migrate(target + publishing('twine upload dist/*'), 'uv').notes.join()).toContain(
      "'all' runs 'entrypoint make -e release-python', which may publish",
    );
  });

  it('is told of a pipeline that may publish as well, which is only made when it runs', () => {
    const child = 'c: {trigger: {include: [{artifact: c.yml, job: p}]}}\n';
    expect(migrate(child + publishing('twine upload dist/*'), 'uv').notes.join()).toContain(
      "'c' starts a pipeline",
    );
  });

  it('is not said to read no token any more where it stays as it is', () => {
    const text = publishing('pip install twine\n    - twine upload -p $PYPI_TOKEN dist/*', '  parallel: 2\n');
    expect(editPipeline(text, goalWith())).toMatchObject({ kind: 'refused', notes: [] });
  });

  it('runs nothing next to the token: other commands move to jobs of their own, in order', () => {
    const text = publishing(
      './notify.sh start\n    - twine upload dist/*  # now\n    - ./notify.sh end',
      '  stage: deploy\n',
    );
    const { after } = migrate(text, 'uv');
    expect(job(after, 'p').script).toEqual([upload.pypi, expect.stringContaining('Published as')]);
    expect(job(after, 'p-checks')).toMatchObject({
      stage: 'test',
      image: 'python:3.12',
      script: ['./notify.sh start'],
    });
    expect(job(after, 'p-afterwards')).toMatchObject({ needs: ['build', 'p'], script: ['./notify.sh end'] });
    for (const name of ['p-checks', 'p-afterwards']) {
      expect(job(after, name)).not.toHaveProperty('id_tokens');
      expect(job(after, name)).not.toHaveProperty('environment');
    }
    expect(after).toContain(`    - ${upload.pypi}  # now\n`);
  });

  it('no longer asks whether a token is set', () => {
    const script =
      'if [ -z "$TWINE_PASSWORD" ]; then echo "No token; set it" >&2; exit 1; fi\n    - twine upload -u __token__ dist/*';
    const { after, notes } = migrate(publishing(script), 'uv');
    expect(after).not.toContain('TWINE_PASSWORD');
    expect(notes.join()).toContain('Nothing in the file reads TWINE_PASSWORD any more');
  });

  it('builds in a job of its own what it built itself, if it took no files of another one', () => {
    const wheel =
      'w:\n  image: python:3.12\n  script: [python -m build --wheel]\n  artifacts: {paths: [dist]}\n';
    const text = publishing('python -m build --sdist\n    - twine upload dist/*', '  dependencies: []\n');
    const { after } = migrate(`${wheel}${text}`, 'uv');
    expect(job(after, 'build').script).toEqual(['uv build --no-sources --sdist']);
    expect(job(after, 'check-dist').needs).toEqual(['build']);
  });

  it('may unpack files of its own', () => {
    const { after } = migrate(
      publishing('unzip tools.zip\n    - twine check dist/*\n    - twine upload dist/*'),
      'uv',
    );
    expect(job(after, 'p-checks').script).toEqual(['unzip tools.zip', 'twine check dist/*']);
  });

  it('builds in an image with uv if it has none and builds with that', () => {
    const text = 'p:\n  only: [tags]\n  script:\n    - uvx tidy\n    - uv build\n    - uv publish\n';
    expect(job(migrate(text, 'uv').after, 'build').image).toContain('/uv:');
  });

  it('builds in a newer image if its own is too old and only libraries were installed in it', () => {
    const text =
      'p:\n  image: python:3.7\n  only: [tags]\n  script:\n    - poetry install\n    - poetry publish --build\n';
    expect(job(migrate(text, 'uv').after, 'build')).toMatchObject({
      image: expect.stringContaining('/uv:'),
      script: ['uv build --no-sources'],
    });
  });

  it('shares a base with another one, but has dependencies of its own', () => {
    const one = (name: string, index: string) =>
      `${name}:\n  extends: .up\n  dependencies: [b]\n  variables: {WHERE: ${index}}\n`;
    const base = '.up:\n  only: [tags]\n  script: [twine upload -r $WHERE dist/*]\n';
    const build =
      'b:\n  image: python:3.12\n  stage: build\n  script: [python -m build]\n  artifacts: {paths: [dist]}\n';
    const { after } = migrate(`${build}${base}${one('up-test', 'testpypi')}${one('up', 'pypi')}`, 'uv');
    for (const name of ['up', 'up-test']) expect(job(after, name).dependencies).toEqual(['check-dist']);
  });

  it.each([
    ['[test, publish, build]', 'test'],
    ['[publish, build]', '.pre'],
    ['[publish]', 'build'],
  ])('is built before it is published: stages %s', (stages, stage) => {
    const text = publishing(
      'python -m build\n    - twine upload dist/*',
      '  stage: publish\n  only: [tags]\n',
    );
    expect(job(migrate(`stages: ${stages}\n${text}`, 'uv').after, 'build').stage).toBe(stage);
  });

  it('loses the installation of tools for an upload that is gone', () => {
    const { after } = migrate(publishing('dnf install -y python3-twine\n    - twine upload dist/*'), 'uv');
    expect(parseYaml(after).data).not.toHaveProperty('p-checks');
  });

  it('waits for a click, but what comes before the upload does not', () => {
    const manual = '  rules: [{if: $CI_COMMIT_TAG, when: manual}]\n';
    const { after } = migrate(publishing('./try.sh\n    - twine upload dist/*', manual), 'uv');
    expect(job(after, 'p-checks').rules).toEqual([guard, { if: '$CI_COMMIT_TAG' }]);
    expect(job(after, 'p').rules).toEqual([guard, { if: '$CI_COMMIT_TAG', when: 'manual' }]);
    const text = publishing('git push origin main\n    - twine upload dist/*', manual);
    expect(editPipeline(text, goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("'p', which is started by hand, does more than upload (git push"),
    });
    const gate = `${text.replace(manual, '  rules: [{if: $CI_COMMIT_TAG}]\n')}ok:\n  stage: .pre\n  script: [ok]\n${manual}`;
    expect(editPipeline(gate, goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("'p', which is started by hand, does more than upload (git push"),
    });
  });

  it('is refused if the job changes the files that it uploads', () => {
    const text = publishing('auditwheel repair dist/*.whl -w dist\n    - twine upload dist/*');
    expect(editPipeline(text, goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("'p' changes the built files before it uploads them (auditwheel"),
    });
  });

  it('loses a comparison of the tag with a written version that is gone', () => {
    const check = 'test "v$(poetry version -s)" = "$CI_COMMIT_TAG"';
    const { after } = migrate(publishing(`${check}\n    - twine upload dist/*`), 'uv');
    expect(after).not.toContain('poetry version');
    expect(job(after, 'p').image).toContain('uv');
    const build = `b:\n  image: python:3.12\n  script:\n    - ${check}\n    - python -m build\n  artifacts: {paths: [dist/]}\n`;
    expect(migrate(build, 'uv').notes.join()).toContain(
      '\'b\' compares the tag with the written version (test "v$(poetry version -s)" = "$CI_COMMIT_TAG")',
    );
  });

  it('keeps tools that its own commands may need', () => {
    const { after } = migrate(
      publishing(
        'pip install awscli twine\n    - pip install poetry\n    - poetry export > x\n    - twine upload dist/*',
      ),
      'uv',
    );
    expect(job(after, 'p-checks').script).toEqual([
      'pip install awscli twine',
      'pip install poetry',
      'poetry export > x',
    ]);
  });

  it('takes comments away with the lines that they are about, and no others', () => {
    const text = `# about the file
b:
  image: python:3.12
  script: python -m build
  artifacts: {paths: [dist/]}

# about the job
p:
  # about its variables
  variables:
    # the token of our robot
    # (see the wiki)
    TWINE_PASSWORD: $PYPI_TOKEN
    # for the notice
    ROOM: ours

    # about nothing in particular
  stage: deploy
  # tools for it
  before_script:
    # from the mirror
    - pip install twine
  only: [tags]
  script:
    # Publish:
    - pip install -U pip
    - |
      echo "now"
      # about the next line of the shell
    # the old client
    - pip install twine
    #- twine register

    # far from anything

    - twine check dist/*
    # up it goes
    - twine upload dist/*
    # no more to do
`;
    const { after } = migrate(text, 'uv');
    expect(after.match(/# .*/g)?.filter((it) => text.includes(it))).toEqual([
      '# about the file',
      '# about the job',
      '# about its variables',
      '# for the notice',
      '# about nothing in particular',
      '# Publish:',
      '# about the next line of the shell',
      '# far from anything',
      '# up it goes',
      '# no more to do',
    ]);
    expect(after).toMatch(/echo "Published as .*\n {4}# no more to do\n/);
  });

  it('says which hidden job nothing in the file uses any more', () => {
    const text = `.up:\n  script:\n    - twine upload dist/*\n.tags:\n  only: [tags]\nt:\n  extends: .tags\n  script: x\np:\n  only: [tags]\n  script:\n    - !reference [.up, script]\n`;
    const { after, notes } = migrate(text, 'uv');
    expect(after).toContain('.up:\n  script:\n    - twine upload dist/*\n');
    expect(notes.join('\n')).toContain("No job in the file uses '.up' any more");
    expect(notes.join('\n')).not.toContain("'.tags'");
  });

  it('avoids names of other jobs', () => {
    const text =
      'release:\n  script: release-cli create\nrelease-test:\n  script: x\nbuild:\n  script: make\n.publish:\n  image: x\n';
    const { after } = migrate(text, 'uv');
    expect(after.startsWith(text)).toBe(true);
    expect(Object.keys(parseYaml(after).data).slice(4)).toEqual([
      'build-package',
      'check-dist',
      '.publish-package',
      'release-testpypi',
      'release-pypi',
    ]);
  });
});

describe('a job that publishes and has more than one parent', () => {
  it('gets its image itself where a merge key brings another one', () => {
    const text = `.img: &img
  image: python:3.12
.tags: &tags
  only: [tags]
.retry: {retry: 2}
stages: [build, deploy]
build: {<<: *img, stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
ship:
  <<: [*img, *tags]
  extends: [.retry]
  stage: deploy
  script: [pip install twine, twine upload -p $SHIP_TOKEN dist/*]
`;
    const { after } = migrate(text, 'uv');
    expect(job(after, 'ship')).toMatchObject({ image: expect.stringMatching(/\/uv:/), retry: 2 });
    expect(job(after, 'build').image).toBe('python:3.12');
    expect(job(after, 'release-test').stage).toBe('deploy');
  });
});

describe("a publishing job whose rules read the file's variables", () => {
  const text = `stages: [build, deploy]
variables: {SHIP: "yes", TWINE_REPOSITORY_URL: "https://upload.pypi.org/legacy/", OTHER: x}
build: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
ship:
  stage: deploy
  script: [twine upload -p $SHIP_TOKEN dist/*]
  rules: [{if: '$SHIP == "yes" && $CI_COMMIT_TAG'}]
`;

  it.each(tools)('still gets those alone, as does the job that checks what it uploads, with %s', (tool) => {
    const { after } = migrate(text, tool);
    for (const name of ['ship', 'check-dist'])
      expect(job(after, name).inherit).toEqual({ default: false, variables: ['SHIP'] });
    expect(editPipeline(after, goalWith({ publishWith: tool }))).toMatchObject({ kind: 'unchanged' });
  });
});

describe('a publishing job', () => {
  const edited = (text: string) => migrate(text, 'uv').after;

  it('is for the index of its commands if it has tokens for both', () => {
    const after = edited(`build: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
.out: {stage: deploy, id_tokens: {PYPI_ID_TOKEN: {aud: pypi}, TESTPYPI_ID_TOKEN: {aud: testpypi}}}
try: {extends: .out, environment: try, script: [twine upload -r testpypi dist/*], only: [main]}
ship: {extends: .out, environment: ship, script: [twine upload dist/*], only: [tags]}
`);
    expect(Object.keys(job(after, 'ship').id_tokens as YamlTable)).toEqual(['PYPI_ID_TOKEN']);
    expect(Object.keys(job(after, 'try').id_tokens as YamlTable)).toEqual(['TESTPYPI_ID_TOKEN']);
  });

  it('takes nothing from jobs that fill dist/ besides it if it builds what it uploads', () => {
    const after = edited(`ship: {stage: deploy, script: [flit publish], only: [tags]}
app: {stage: deploy, script: [pyinstaller app.py], artifacts: {paths: [dist]}, only: [tags]}
`);
    expect(job(after, 'build').script).toEqual(['uv build --no-sources']);
  });

  it('that uploads one kind of file leaves TestPyPI no other', () => {
    const after = edited(`b: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
ship: {stage: deploy, script: [twine upload dist/*.tar.gz], only: [tags]}
`);
    expect(String(job(after, 'release-test').script)).toMatch(/legacy\/ dist\/\*\.tar\.gz,/);
  });

  it('starts through the project manager of another tool', () => {
    const after = edited(`b: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
ship: {stage: deploy, variables: {TWINE_PASSWORD: $T}, script: [pipx run hatch run upload], only: [tags]}
`);
    expect(String(job(after, 'ship').script)).toContain('uv publish');
  });

  it('is joined by new jobs on the runners that all others ask for', () => {
    const after = edited('t: {tags: [big], script: [pytest]}\nu: {tags: [big], script: [ruff]}\n');
    expect(job(after, 'release').tags).toEqual(['big']);
  });

  it('that builds for another index is no builder for new jobs', () => {
    const text =
      'inner: {stage: deploy, script: [python -m build, twine upload --repository-url $URL dist/*], artifacts: {paths: [dist]}, only: [tags]}\n';
    const after = edited(text);
    expect(after).toContain(text.trim());
    expect(job(after, 'build').script).toEqual(['uv build --no-sources']);
  });

  it('says why its parts cannot be jobs of their own', () => {
    const text = `up:
  image: python:3.8
  only: [tags]
  script: [python setup.py sdist, twine upload dist/*, twine upload -p $CI_JOB_TOKEN --repository-url $CI_API_V4_URL/projects/1/packages/pypi dist/*]
`;
    const result = editPipeline(text, goalWith());
    expect(result.kind === 'refused' && result.reason).toContain(
      "cannot be split up here (the job 'up' builds in python:3.8",
    );
  });

  it('starts in a pipeline that there is for changed files alone', () => {
    const after = edited(
      'workflow: {rules: [{changes: ["*.py"]}]}\nship: {stage: deploy, script: [twine upload dist/*], only: [tags]}\n',
    );
    expect(parseYaml(after).data.workflow).toEqual({ rules: [{ changes: ['*.py'] }] });
  });

  it('is edited once if all that it uploads are source distributions', () => {
    const text =
      'ship: {stage: deploy, script: [python setup.py sdist, twine upload dist/*], only: [tags]}\n';
    const goal = goalWith({ sdistOnly: true });
    const result = editPipeline(text, goal);
    if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
    expect(editPipeline(result.edits[0]?.after, goal).kind).toBe('unchanged');
  });

  it('loses the comments about the exchange of its token that it was copied with', () => {
    const after = edited(`b: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
ship:
  stage: deploy
  # from the manual
  id_tokens:
    PYPI_ID_TOKEN:
      # Use "testpypi" if uploading to TestPyPI
      aud: pypi
  rules: [{if: $CI_COMMIT_TAG}]
  script:
    - oidc_token=$(python -m id PYPI)
    # Replace "https://pypi.org/*" with "https://test.pypi.org/*" if uploading to TestPyPI
    - resp=$(curl -X POST https://pypi.org/_/oidc/mint-token -d "{\\"token\\":\\"\${oidc_token}\\"}")
    - api_token=$(jq --raw-output '.token' <<< "\${resp}")

    # Upload to PyPI authenticating via the newly-minted token
    - twine upload -u __token__ -p "\${api_token}" dist/*
`);
    expect(after).toContain('# from the manual');
    expect(after).not.toMatch(/minted|TestPyPI/);
  });

  it('is refused if its script chooses between the indexes', () => {
    const result = editPipeline(
      `b: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
ship:
  stage: deploy
  rules: [{if: $CI_COMMIT_TAG}]
  script:
    - ls dist | grep dev && rep="--repository testpypi" || rep="  "
    - twine upload $rep dist/*
`,
      goalWith(),
    );
    expect(result.kind === 'refused' && result.reason).toMatch(
      /'ship' decides by itself where to upload \(twine/,
    );
  });

  it('is checked as before where others share its preparations', () => {
    const after = edited(`b: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}
.out: {stage: deploy, before_script: [pip install twine, twine check dist/*]}
try: {extends: .out, script: [twine upload -r testpypi dist/*], only: [main]}
ship: {extends: .out, script: [twine upload dist/*], only: [tags]}
`);
    for (const name of ['try-checks', 'ship-checks'])
      expect(job(after, name).script).toEqual(['pip install twine', 'twine check dist/*']);
  });

  it('leaves its build to a job of its own if it hands on what it built', () => {
    const after = edited(`try:
  stage: deploy
  script: [python -m build, twine upload -r testpypi dist/*]
  artifacts: {paths: [dist]}
  rules: [{if: $CI_COMMIT_TAG}]
ship: {stage: deploy, needs: [try], script: [twine upload dist/*], rules: [{if: $CI_COMMIT_TAG, when: manual}]}
`);
    expect(job(after, 'build').script).toEqual(['uv build --no-sources']);
    expect(job(after, 'ship').dependencies).toEqual(['check-dist']);
    expect(String(job(after, 'try').script)).not.toContain('build');
  });
});
