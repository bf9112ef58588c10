import { describe, expect, it } from 'vitest';
import { carriersIn } from '../../../src/pipeline/model/builds.ts';
import { readModel } from '../../../src/pipeline/model/model.ts';
import { type Upload, whatHappensWhen } from '../../../src/pipeline/model/uploads.ts';
import { officialIndexes } from '../../../src/pipeline/recognise/uploads.ts';

function modelOf(text: string, files: Record<string, string> = {}) {
  return readModel({
    text,
    project: { defaultBranch: 'main', projectPath: 'tides/almanac', package: 'almanac' },
    indexes: officialIndexes,
    readFile: (path) => files[path],
  });
}

const rowsOf = (text: string, files: Record<string, string> = {}) =>
  whatHappensWhen(modelOf(text, files), { kind: 'written', value: '0.3.1' });

function told({ occasion, target, job, files, credential, start, versions, builders }: Upload) {
  const where = target.kind === 'index' ? target.id : target.kind;
  const keys = credential.kind === 'variable' ? credential.keys.join('+') : credential.kind;
  const version = versions.map(({ kind }) => kind).join('+');
  return `${occasion}: ${job} -> ${where} [${files.join(' ')}] by ${keys}, ${start.kind}, ${version}, built by ${builders.join('+') || 'nobody'}`;
}

/** The uploads of a single job with these commands on a tag: target, credential, files. */
function targets(commands: string[], more = '', files: Record<string, string> = {}): string[] {
  const script = commands.map((command) => `    - ${JSON.stringify(command)}`).join('\n');
  const rows = rowsOf(`up:\n  only: [tags]\n${more}  script:\n${script}\n`, files);
  return rows
    .filter(({ occasion }) => occasion === 'version-tag')
    .map(({ target, credential, files: uploaded }) => {
      const where = target.kind === 'index' ? target.id : target.kind;
      const by = credential.kind === 'variable' ? credential.keys.join('+') : credential.kind;
      return `${where} ${by} ${uploaded.join(' ')}`;
    });
}

describe('an upload in a script', () => {
  const onMain = '[ "$CI_COMMIT_BRANCH" = main ]';
  const where = (...commands: string[]) =>
    rowsOf(`up:\n  script:\n${commands.map((it) => `    - ${JSON.stringify(it)}\n`).join('')}`)
      .filter(({ occasion }) => /^(?:default-branch|version-tag)$/.test(occasion))
      .map(
        ({ occasion, target, start }) => `${occasion}: ${target.kind === 'index' && target.id} ${start.kind}`,
      );

  it.each([
    ['either of two', `if ${onMain}; then R=testpypi; else R=pypi; fi`],
    ['a usual one but for one branch', 'R=pypi', `if ${onMain}; then R=testpypi; fi`],
    ['one of several by name', 'case "$CI_COMMIT_REF_NAME" in main|dev) R=testpypi ;; *) R=pypi ;; esac'],
    ['one of two by a pattern', 'R=testpypi', 'if [[ $CI_COMMIT_TAG == v[0-9]* ]]; then R=pypi; fi'],
  ])('goes to the index that an if before it chose: %s', (_, ...commands) => {
    expect(where(...commands, 'twine upload -r $R dist/*')).toEqual([
      'default-branch: testpypi auto',
      'version-tag: pypi auto',
    ]);
  });

  it('goes to the index of the variable that the tool reads by itself', () => {
    const choice = `if ${onMain}; then export TWINE_REPOSITORY=testpypi; fi`;
    expect(where(choice, 'twine upload dist/*')).toEqual([
      'default-branch: testpypi auto',
      'version-tag: pypi auto',
    ]);
    expect(where(choice, 'export TWINE_REPOSITORY=pypi', 'twine upload dist/*')).toEqual([
      'default-branch: pypi auto',
      'version-tag: pypi auto',
    ]);
  });

  it('may go to either if nobody can tell which way was taken', () => {
    expect(where('if ./is-final; then R=pypi; else R=testpypi; fi', 'twine upload -r $R dist/*')).toEqual([
      'default-branch: pypi undecided',
      'default-branch: testpypi undecided',
      'version-tag: pypi undecided',
      'version-tag: testpypi undecided',
    ]);
  });

  it.each([
    ['behind && and ||', './is-dev-build | grep dev && R="-r testpypi" || R="  "'],
    ['behind && alone', 'R=""', './is-dev-build | grep dev && export R="-r testpypi"'],
    ['behind || alone', 'R="-r testpypi"', 'grep -q dev VERSION || R=" "'],
  ])('may go to either index of options that are set %s', (_, ...commands) => {
    const rows = where(...commands, 'twine upload $R dist/*').filter((it) => /^version-tag/.test(it));
    expect(rows.toSorted()).toEqual(['version-tag: pypi undecided', 'version-tag: testpypi undecided']);
  });

  it.each([
    ['https://test.pypi.org/project/almanac/', 'testpypi'],
    ['https://pypi.org/p/almanac', 'pypi'],
    ['https://example.org/almanac', 'unknown'],
  ])(
    'goes to the index whose page its environment shows, if its address is only a setting: %s',
    (url, index) => {
      const more = `  environment: {name: out, url: '${url}'}\n`;
      const [row] = targets(['twine upload --repository-url "${WHERE}" -p $T dist/*'], more);
      expect(row).toBe(`${index} T dist/*`);
    },
  );

  it('runs for the pattern that matches first', () => {
    const rows = rowsOf(`up:
  only: [tags]
  script:
    - case $CI_COMMIT_TAG in *rc*) twine upload -r testpypi dist/* ;; v*.*) twine upload dist/* ;; esac
`);
    expect(
      rows.map(({ ref, target, start }) => `${ref} ${target.kind === 'index' && target.id} ${start.kind}`),
    ).toEqual(['v1.2.3 pypi auto', 'v1.2.3rc1 testpypi auto']);
  });

  it('waits for the click on a job behind the one that it needs', () => {
    const gate = 'gate: {script: [ok], when: manual}\nbuild: {needs: [gate], script: [make]}\n';
    const [row] = rowsOf(`${gate}up: {needs: [build], script: [twine upload dist/*]}\n`);
    expect(row?.start).toEqual({ kind: 'manual' });
  });

  it('waits for the click on a job that it needs, whatever else decides', () => {
    const gate = 'gate:\n  script: [ok]\n  when: manual\n';
    const ship = 'up:\n  needs: [gate]\n  only: {changes: [src/*]}\n  script: [twine upload dist/*]\n';
    const [row] = rowsOf(gate + ship);
    expect(row?.start).toMatchObject({ met: { kind: 'manual' }, unmet: { kind: 'never' } });
  });
});

it('tells jobs that hand on what others build from those that build', () => {
  const job = (name: string, script: string, more = '') =>
    `${name}: {stage: ${name === 'build' ? 'build' : 'test'}, script: [${script}], artifacts: {paths: [dist/]}${more}}\n`;
  const { jobs } = modelOf(
    job('build', 'python -m build') +
      job('sign', 'gpg --detach-sign dist/*.whl', ', needs: [build]') +
      job('sums', 'sha256sum dist/* > dist/SUMS') +
      job('repair', './repair.sh') +
      job('again', 'python -m build --wheel', ', needs: [build]'),
  );
  expect(carriersIn(jobs)).toEqual({ sign: ['build'], sums: ['build'] });
});

describe('fullrelease', () => {
  it('uploads what it builds, unless the settings tell it not to', () => {
    const script = ['pip install zest.releaser', 'fullrelease --no-input'];
    expect(targets(script)).toEqual(['pypi TWINE_PASSWORD dist/*']);
    for (const [name, value] of [
      ['pyproject.toml', '[tool.zest-releaser]\nrelease = false\n'],
      ['setup.cfg', '[zest.releaser]\nrelease = no\n'],
    ] as const)
      expect(targets(script, '', { [name]: value })).toEqual([]);
  });
});

describe('an upload behind a job of an earlier stage', () => {
  const up = (more = '') => `up: {stage: deploy, script: [twine upload dist/*], only: [tags], ${more}}\n`;
  const gate = (more: string) => `gate: {stage: test, script: [ok], ${more}}\n`;
  const byRules = 'rules: [{if: $CI_COMMIT_TAG, when: manual}]';
  it.each([
    ['that blocks', gate(byRules) + up(), 'manual gate'],
    ['that may not fail', gate('when: manual, allow_failure: false') + up(), 'manual gate'],
    ['that may fail', gate('when: manual') + up(), 'auto'],
    [
      'that may fail by its rule',
      gate(byRules.replace('manual', 'manual, allow_failure: true')) + up(),
      'auto',
    ],
    ['that may fail, with rules', gate(`${byRules}, allow_failure: true`) + up(), 'auto'],
    ['that is there on branches', gate(byRules.replace('TAG', 'BRANCH')) + up(), 'auto'],
    ['that is delayed', gate('when: delayed, start_in: 1 hour') + up(), 'delayed'],
    ['that it does not need', gate(byRules) + up('needs: []'), 'auto'],
    [
      'that a job waits for that it needs',
      `${gate(byRules)}mid: {stage: deploy, script: [x]}\n${up('needs: [mid]')}`,
      'manual gate',
    ],
    ['if it is manual itself', gate(byRules) + up('when: manual'), 'manual'],
    [
      'of the pipeline that starts its own',
      `${gate(byRules)}sub: {stage: deploy, trigger: {include: [sub.yml]}, rules: [{if: $CI_COMMIT_TAG}]}\n`,
      'manual gate',
    ],
    [
      'that starts another pipeline by hand',
      `gate: {stage: test, trigger: a/b, ${byRules}}\n${up()}`,
      'manual gate',
    ],
  ])('%s', (_, text, expected) => {
    const files = { 'sub.yml': 'up: {script: [twine upload dist/*]}\n' };
    const row = rowsOf(text, files).find(({ occasion }) => occasion === 'version-tag');
    expect([row?.start.kind, ...(row?.gates ?? [])].join(' ')).toBe(expected);
  });
});

describe('an upload goes', () => {
  it.each<[string[], string, string]>([
    [['twine upload dist/*'], '', 'pypi TWINE_PASSWORD dist/*'],
    [['python -m twine upload -r testpypi dist/*'], '', 'testpypi TWINE_PASSWORD dist/*'],
    [['twine upload --repository=testpypi -p $T dist/*'], '', 'testpypi T dist/*'],
    [['twine upload -rtestpypi -u__token__ -p$T dist/*'], '', 'testpypi T dist/*'],
    [
      ['twine upload dist/*'],
      '  variables: { TWINE_USERNAME: gitlab-ci-token, TWINE_PASSWORD: $CI_JOB_TOKEN }\n',
      'registry CI_JOB_TOKEN dist/*',
    ],
    [['twine upload -u gitlab+deploy-token-7 -p $DEPLOY dist/*'], '', 'registry DEPLOY dist/*'],
    [['twine upload -u me -p $ARTIFACTORY_KEY dist/*'], '', 'other ARTIFACTORY_KEY dist/*'],
    [
      ['twine upload --repository-url https://test.pypi.org/legacy/ dist/*.whl'],
      '',
      'testpypi TWINE_PASSWORD dist/*.whl',
    ],
    [
      ['TWINE_REPOSITORY_URL=https://test.pypi.org/legacy/ twine upload --repository pypi dist/*'],
      '',
      'testpypi TWINE_PASSWORD dist/*',
    ],
    [['export TWINE_REPOSITORY=testpypi', 'twine upload dist/*'], '', 'testpypi TWINE_PASSWORD dist/*'],
    [
      ['twine upload dist/*'],
      '  variables: { TWINE_REPOSITORY: testpypi, TWINE_PASSWORD: $TP }\n',
      'testpypi TP dist/*',
    ],
    [
      ['twine upload --repository-url $CI_API_V4_URL/projects/1/packages/pypi -p $CI_JOB_TOKEN dist/*'],
      '',
      'registry CI_JOB_TOKEN dist/*',
    ],
    [['twine upload --repository-url https://nexus.example/pypi/ dist/*'], '', 'other TWINE_PASSWORD dist/*'],
    [['twine upload --repository-url $WHERE dist/*'], '', 'unknown TWINE_PASSWORD dist/*'],
    [['twine upload --repository-url $TEST_PYPI_ADDRESS dist/*'], '', 'testpypi TWINE_PASSWORD dist/*'],
    [
      ['./setup.py sdist', 'twine upload --repository-url $PYPI_ADDRESS dist/*'],
      '',
      'unknown TWINE_PASSWORD dist/*',
    ],
    [
      ['twine upload --repository-url $WHERE dist/*'],
      '  variables: { WHERE: "https://upload.pypi.org/legacy/" }\n',
      'pypi TWINE_PASSWORD dist/*',
    ],
    [
      [
        'printf "[house]\\nrepository = https://test.pypi.org/legacy/\\npassword = $HOUSE\\n" > ~/.pypirc',
        'twine upload -r house dist/*',
      ],
      '',
      'testpypi HOUSE dist/*',
    ],
    [['uv publish'], '', 'pypi UV_PUBLISH_TOKEN dist/*'],
    [['uv publish --token $T --publish-url https://test.pypi.org/legacy/'], '', 'testpypi T dist/*'],
    [
      ['cd lib', 'uv publish dist/almanac-*'],
      '  id_tokens: { PYPI_ID_TOKEN: { aud: pypi } }\n',
      'pypi id-token lib/dist/almanac-*',
    ],
    [['uv publish'], '  id_tokens: { PYPI_ID_TOKEN: { aud: testpypi } }\n', 'pypi UV_PUBLISH_TOKEN dist/*'],
    [
      ['poetry publish --build -r test-pypi'],
      '  variables: { POETRY_PYPI_TOKEN_TEST_PYPI: $TP }\n',
      'testpypi TP dist/*',
    ],
    [
      [
        'poetry config repositories.house https://upload.pypi.org/legacy/',
        'poetry config pypi-token.house $H',
        'poetry publish -r house',
      ],
      '',
      'pypi H dist/*',
    ],
    [
      ['poetry publish -r house'],
      '  variables: { POETRY_HTTP_BASIC_HOUSE_PASSWORD: $CI_JOB_TOKEN }\n',
      'registry CI_JOB_TOKEN dist/*',
    ],
    [['pdm publish'], '', 'pypi PDM_PUBLISH_PASSWORD dist/*'],
    [['hatch publish -r test -a $A'], '', 'testpypi A dist/*'],
    [
      ['flit publish'],
      '  variables: { FLIT_INDEX_URL: "https://test.pypi.org/legacy/", FLIT_PASSWORD: $F }\n',
      'testpypi F dist/*',
    ],
    [
      ['maturin upload target/wheels/*'],
      '  variables: { MATURIN_PYPI_TOKEN: $M }\n',
      'pypi M target/wheels/*',
    ],
    [['python setup.py sdist upload -r testpypi'], '', 'testpypi unknown dist/*'],
    [
      [
        'T=$(curl https://pypi.org/_/oidc/mint-token -d "$PYPI_ID_TOKEN" | jq -r .token)',
        'twine upload -u __token__ -p "$T" dist/*',
      ],
      '',
      'pypi exchange dist/*',
    ],
    [['twine upload -p pypi-AgEIcHlwaS5vcmc dist/*'], '', 'pypi literal dist/*'],
    [['for F in wheelhouse/*; do twine upload "$F"; done'], '', 'pypi TWINE_PASSWORD wheelhouse/*'],
    [['make ship'], '  id_tokens: { X: { aud: testpypi } }\n', 'testpypi unknown '],
  ])('%j %s', (commands, more, expected) => {
    expect(targets(commands, more)).toEqual([expected]);
  });

  it.each([
    ['flit publish --pypirc ci/pypirc --repository live', 'pypi FLIT_PASSWORD dist/*'],
    ['cp ci/pypirc ~/.pypirc && twine upload -r practice dist/*', 'testpypi S dist/*'],
  ])('to what a configuration file of the project names: %s', (command, expected) => {
    const address = (host: string) => `repository = https://${host}/legacy/\n`;
    const text = `[live]\n${address('upload.pypi.org')}[practice]\n${address('test.pypi.org')}password = $S\n`;
    expect(targets([command], '', { 'ci/pypirc': text })).toEqual([expected]);
  });

  it('to PyPI where curl sends what the tools send', () => {
    const form = '-F ":action=file_upload" -F "content=@$f" -u "__token__:$T"';
    const address = 'https://upload.pypi.org/legacy/';
    expect(targets([`for f in dist/*; do curl ${form} ${address}; done`])).toEqual(['pypi T dist/*']);
    expect(targets([`curl -F "x=@$f" ${address}`])).toEqual([]);
  });

  it('to each index that a script names, separately', () => {
    const commands = [
      'twine upload -p $P dist/*',
      'twine upload --repository-url $CI_API_V4_URL/x -p $CI_JOB_TOKEN dist/*',
    ];
    expect(targets(commands)).toEqual(['pypi P dist/*', 'registry CI_JOB_TOKEN dist/*']);
    expect(targets(commands.toReversed())).toEqual(['registry CI_JOB_TOKEN dist/*', 'pypi P dist/*']);
  });

  it('to PyPI where semantic-release is so old that it uploads itself', () => {
    const commands = ['pip install "python-semantic-release<8"', 'semantic-release publish'];
    expect(targets(commands)).toEqual(['pypi PYPI_TOKEN dist/*']);
    expect(targets(['pip install python-semantic-release', 'semantic-release publish'])).toEqual([]);
    const files = { 'setup.cfg': '[semantic_release]\nbranch = main\n' };
    expect(targets(['semantic-release publish'], '', files)).toEqual(['pypi PYPI_TOKEN dist/*']);
  });

  it('to the index that pyproject.toml names', () => {
    const pyproject =
      '[[tool.uv.index]]\nname = "house"\nurl = "https://x.example/simple/"\npublish-url = "https://test.pypi.org/legacy/"\n';
    expect(targets(['uv publish --index house'], '', { 'pyproject.toml': pyproject })).toEqual(
      ['testpypi UV_INDEX_HOUSE_PASSWORD dist/*'].map((it) =>
        it.replace('UV_INDEX_HOUSE_PASSWORD', 'UV_PUBLISH_TOKEN'),
      ),
    );
  });

  it('to one index per row of a matrix', () => {
    const matrix = '  parallel:\n    matrix:\n      - TWINE_REPOSITORY: [pypi, testpypi]\n';
    expect(targets(['twine upload dist/*'], matrix)).toEqual([
      'pypi TWINE_PASSWORD dist/*',
      'testpypi TWINE_PASSWORD dist/*',
    ]);
  });

  it.each([
    'twine check dist/*',
    'uv publish --dry-run',
    'echo twine upload',
    'poetry publish --dry-run',
    '# twine upload',
  ])('nowhere with %s', (command) => {
    expect(targets([command, 'true'])).toEqual([]);
  });
});

describe('what happens when', () => {
  it.each([
    [`echo "__version__ = '$(git describe)'" > src/a/_version.py`, 'git'],
    ['echo "$CI_COMMIT_TAG" > VERSION', 'tag'],
    ['echo "$CI_COMMIT_SHA" > revision.txt', 'written'],
  ])('has the version that is written to a file: %s', (command, kind) => {
    const text = `up:\n  only: [tags]\n  script:\n    - ${command}\n    - python -m build\n    - twine upload dist/*\n`;
    expect(rowsOf(text)[0]?.versions).toMatchObject([{ kind }]);
  });

  it('has a row for each upload on each occasion', () => {
    const pipeline = `
stages: [build, publish]
build:
  stage: build
  script:
    - if [ -n "$CI_COMMIT_TAG" ]; then sed -i "s/0.0.0/$CI_COMMIT_TAG/" pyproject.toml; else sed -i "s/0.0.0/0.0.0.dev$CI_PIPELINE_IID/" pyproject.toml; fi
    - python -m build
  artifacts: { paths: [dist/] }
  rules:
    - if: $CI_COMMIT_TAG
    - if: $CI_PIPELINE_SOURCE == "schedule"
nightly:
  stage: publish
  script: [twine upload -r testpypi dist/*]
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
final:
  stage: publish
  script: [twine upload -p $P dist/*]
  rules:
    - if: $CI_COMMIT_TAG =~ /^v\\d+\\.\\d+\\.\\d+$/
      when: manual
lost:
  stage: publish
  needs: []
  script: [twine upload --repository-url https://x.example/ dist/*]
  only: [web]
`;
    expect(rowsOf(pipeline).map(told)).toEqual([
      'version-tag: final -> pypi [dist/*] by P, manual, tag, built by build',
      'schedule: nightly -> testpypi [dist/*] by TWINE_PASSWORD, auto, pipeline, built by build',
      'web: lost -> other [dist/*] by TWINE_PASSWORD, auto, written, built by nobody',
    ]);
  });

  it('follows the variables that rules set', () => {
    const pipeline = `
up:
  script: [twine upload dist/*]
  rules:
    - if: $CI_COMMIT_TAG =~ /rc/
      variables: { TWINE_REPOSITORY: testpypi }
    - if: $CI_COMMIT_TAG
`;
    expect(rowsOf(pipeline).map(told)).toEqual([
      'version-tag: up -> pypi [dist/*] by TWINE_PASSWORD, auto, written, built by nobody',
      'pre-release-tag: up -> testpypi [dist/*] by TWINE_PASSWORD, auto, written, built by nobody',
      'other-tag: up -> pypi [dist/*] by TWINE_PASSWORD, auto, written, built by nobody',
    ]);
  });

  it('uses the spelling of tags that the conditions expect', () => {
    const text = 'up:\n  script: [twine upload dist/*]\n  only: [/^almanac-v\\d+/]\n  except: [branches]\n';
    expect(rowsOf(text).map(({ ref }) => ref)).toEqual(['almanac-v1.2.3', 'almanac-v1.2.3rc1']);
  });

  it('follows child pipelines in the checkout', () => {
    const parent =
      'core:\n  trigger: { include: core/ci.yml }\n  rules:\n    - if: $CI_COMMIT_TAG\n      when: manual\nother:\n  trigger: { include: [{ artifact: made.yml, job: core }] }\n';
    const child =
      'ship:\n  script: [cd core, uv build, uv publish --token $T]\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "parent_pipeline"\n';
    const model = modelOf(parent, { 'core/ci.yml': child });
    expect(model.jobs.map(({ name, origin }) => [name, origin])).toEqual([
      ['ship', { kind: 'child', by: 'core', file: 'core/ci.yml' }],
    ]);
    expect(whatHappensWhen(model, { kind: 'git' }).map(told)[0]).toBe(
      'version-tag: ship -> pypi [core/dist/*] by T, manual, git, built by ship',
    );
    expect(model.holes.map(({ why, job }) => [job, why])).toEqual([['other', 'child-pipeline-not-readable']]);
  });

  it('says what the shell leaves open', () => {
    const rows = rowsOf(
      'up:\n  only: [tags]\n  script:\n    - if [ "$SHIP" = yes ]; then twine upload dist/*; fi\n',
    );
    expect(rows[0]?.start).toMatchObject({ kind: 'undecided', because: '[ "$SHIP" = yes ]' });
    expect(
      rowsOf('up:\n  script:\n    - if [ -z "$CI_COMMIT_TAG" ]; then exit 0; fi\n    - uv publish\n').map(
        ({ occasion }) => occasion,
      ),
    ).toEqual(['version-tag', 'pre-release-tag', 'other-tag']);
  });
});
