import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/pipeline/index.ts';
import type { YamlTable } from '../../src/text/yaml/document.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith } from './pipeline-goal.ts';

/** The build job `b`, before and after. */
function repaired(lines: string, more: Parameters<typeof goalWith>[0] = {}, top = '') {
  const text = `${top}b:\n${lines}  artifacts:\n    paths: [dist/]\n`;
  const result = editPipeline(text, goalWith(more));
  if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
  const after = result.edits[0]?.after ?? '';
  expect(editPipeline(after, goalWith(more)).kind).toBe('unchanged');
  return { job: parseYaml(after).data.b as YamlTable, after, notes: result.notes };
}

describe('an existing build job', () => {
  it.each([
    ['python:3.12-slim', 'python:3.12'],
    ['python:3.12-slim-bookworm', 'python:3.12-bookworm'],
    ['ghcr.io/astral-sh/uv:0.12-python3.13-trixie-slim', 'ghcr.io/astral-sh/uv:0.12-python3.13-trixie'],
    ['registry.example.com/python:3.12-slim', 'registry.example.com/python:3.12'],
  ])('gets git for the version: %s becomes %s', (image, whole) => {
    expect(repaired(`  image: ${image}\n  script: [python -m build]\n`).job.image).toBe(whole);
  });

  it('gets git for the version if its image is the global one', () => {
    const { job, after } = repaired(
      '  script: [python -m build]\n',
      {},
      'default:\n  image: python:3.12-slim\n',
    );
    expect(job.image).toBe('python:3.12');
    expect(after).toContain('default:\n  image: python:3.12-slim\n');
  });

  it('gets git for the version on Alpine', () => {
    const { job } = repaired('  image: python:3.12-alpine\n  script:\n    - python -m build\n');
    expect(job.script).toEqual(['apk add --no-cache git', 'python -m build']);
  });

  it('gets git for the version where its system has a package of it', () => {
    const line = 'apt-get update && apt-get install -y --no-install-recommends git';
    const { job } = repaired('  image: debian:bookworm-slim\n  script:\n    - /v/bin/python -m build\n');
    expect(job.script).toEqual([line, '/v/bin/python -m build']);
    const own = '  image: ubuntu:24.04\n  before_script: [poetry install]\n  script: [poetry build]\n';
    expect(repaired(own).job.before_script).toEqual([line, 'poetry install']);
    const top = 'before_script: [poetry install]\n';
    expect(repaired('  image: ubuntu:24.04\n  script: [poetry build]\n', {}, top).job).toMatchObject({
      before_script: [line, 'poetry install'],
      script: ['poetry build'],
    });
  });

  it('comes with a note if it is unknown whether its image has git', () => {
    const { notes } = repaired('  image: example.com/our-slim\n  script: [python -m build]\n');
    expect(notes.join()).toContain('has no git as far as is known');
  });

  it('gets an image with uv if it has none', () => {
    expect(repaired('  script: [uv build]\n').job.image).toContain('astral-sh/uv');
    expect(repaired('  script: [pip install uv, uv build]\n').job.image).toBeUndefined();
  });

  it.each([', needs: [sign]', ''])('is told from a job that signs what it built (publisher:%s)', (more) => {
    const text = `stages: [build, sign, deploy]
b: {stage: build, image: 'python:3.12-slim', script: [python -m build], artifacts: {paths: [dist/]}}
sign: {stage: sign, image: alpine, needs: [b], script: [gpg --sign dist/*.whl], artifacts: {paths: [dist/]}}
up: {stage: deploy, script: [twine upload -p $T dist/*], only: [tags]${more}}
`;
    const goal = goalWith({ carriers: { sign: ['b'] } });
    const result = editPipeline(text, goal);
    if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
    const after = result.edits[0]?.after ?? '';
    const data = parseYaml(after).data as Record<string, YamlTable>;
    expect(data.b).toMatchObject({ image: 'python:3.12', variables: { GIT_DEPTH: '0' } });
    expect(data.sign).toEqual(parseYaml(text).data.sign);
    expect(data['check-dist']?.needs).toEqual(more === '' ? ['b', 'sign'] : ['sign']);
    expect(editPipeline(after, goal).kind).toBe('unchanged');
  });

  it('takes the version from git even if it runs setup.py', () => {
    const { job } = repaired(
      '  image: python:3.12\n  script:\n    - cd x && python setup.py sdist bdist_wheel\n',
    );
    expect(job.script).toEqual(['cd x && python -m pip install build && python -m build']);
  });

  it.each([
    ['that all jobs share', '', 'cache: {paths: [dist/, .pip]}\n'],
    ['of its own', '  cache: {key: a, paths: [dist]}\n', ''],
  ])(
    'builds into an empty folder where files of earlier versions may come from a cache %s',
    (_, own, top) => {
      const { job } = repaired(`  image: python:3.12\n${own}  script: [python -m build]\n`, {}, top);
      expect(job.script).toEqual(['rm -rf dist', 'python -m build']);
    },
  );

  it.each([
    ['in a folder that a variable names', 'uv build -o "$OUT"', 'artifacts: {paths: ["$OUT"]}', 'out/*.whl'],
    ['in a folder below', 'cd $OUT && uv build', 'artifacts: {paths: [$OUT/dist/]}', 'out/dist/*.whl'],
    ['by a cache alone', 'uv build', 'cache: {paths: [dist/]}', 'dist/*.whl'],
  ])('is the one that leaves what is uploaded %s', (_, script, leaves, uploaded) => {
    const build = `b:\n  image: python:3.12\n  script: ['${script}']\n  ${leaves}\n`;
    const text = `variables: {OUT: out}\nstages: [test, deploy]\n${build}p:\n  stage: deploy\n  only: [tags]\n  script: [twine upload x]\n`;
    const result = editPipeline(text, goalWith());
    const after = result.kind === 'edited' ? parseYaml(result.edits[0]?.after ?? '').data : {};
    expect(Object.keys(after)).not.toContain('build');
    expect(JSON.stringify(after.p)).toContain(`/legacy/ ${uploaded}`);
    expect(JSON.stringify(after.b)).toContain('"artifacts"');
  });

  it('is the one that passes on what is uploaded, from wherever it was copied to', () => {
    const text = `b:
  stage: build
  script: [python -m build -o out, mkdir public, cp out/* public/]
  artifacts: {paths: [public]}
p:
  stage: deploy
  only: [tags]
  script: [twine upload public/*]
`;
    const result = editPipeline(text, goalWith());
    const { b, build, ...jobs } = parseYaml(
      result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '',
    ).data;
    expect([b, build]).toMatchObject([{ artifacts: { paths: ['public'] } }, undefined]);
    expect(jobs['check-dist']).toMatchObject({ needs: ['b'], artifacts: { paths: ['public/*'] } });
  });

  it('may use an old Python to start cibuildwheel', () => {
    const text = `b:
  image: python:3.8
  script: [cibuildwheel --output-dir dist]
  artifacts: {paths: [dist/]}
p:
  stage: deploy
  only: [tags]
  script: [twine upload dist/*]
`;
    const result = editPipeline(text, goalWith());
    const after = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
    expect(after).toContain('/legacy/ dist/*.whl dist/*.tar.gz\n');
    expect((parseYaml(after).data.b as YamlTable).image).toBe('python:3.8');
  });

  it.each([
    ['*.whl *.tar.gz', ['*.whl', './*.tar.gz']],
    ['made/*', ['made/*.whl']],
    ['made/all/*.whl', ['made/']],
  ])('passes on no other files than those that are uploaded by name: %s', (files, paths) => {
    const text = `b:
  image: python:3.12
  script: [python -m build -o .]
  artifacts: {paths: ${JSON.stringify(paths)}}
p:
  stage: deploy
  needs: [b]
  only: [tags]
  script: [twine upload ${files}]
`;
    const result = editPipeline(text, goalWith());
    const after = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
    expect((parseYaml(after).data.b as YamlTable).artifacts).toEqual({ paths });
    expect(after).toContain(`/$(printf '%s\\n' ${files} | sed 's,.*/,,' | cut -sd- -f2 |`);
  });

  it.each([
    ['sdist -d out', '--sdist --outdir out'],
    ['bdist_wheel --universal', '--wheel'],
  ])('still builds the same kind of distribution: setup.py %s', (before, after) => {
    const { job } = repaired(`  image: python:3.12\n  script: [python setup.py ${before}]\n`);
    expect(job.script).toEqual([`python -m pip install build && python -m build ${after}`]);
  });

  it.each([['/opt/python/cp312-cp312/bin/python'], ['python3.12'], ['$PYTHON']])(
    'builds with the Python that ran setup.py: %s',
    (python) => {
      const { job } = repaired(
        `  image: example.com/fedora:44\n  script: ["${python} setup.py sdist; ${python} setup.py bdist_wheel"]\n`,
      );
      const built = (kind: string) => `${python} -m pip install build && ${python} -m build --${kind}`;
      expect(job.script).toEqual([`${built('sdist')}; ${built('wheel')}`]);
    },
  );

  it('builds with the variables that setup.py had', () => {
    const { job } = repaired(
      '  image: example.com/fedora:44\n  script: [A="x y" B=1 python3 setup.py bdist_wheel]\n',
    );
    expect(job.script).toEqual(['python3 -m pip install build && A="x y" B=1 python3 -m build --wheel']);
  });

  it('builds with that Python where it is split off as well', () => {
    const text =
      'p:\n  image: example.com/fedora:44\n  only: [tags]\n  script:\n    - python3 setup.py sdist\n    - twine upload dist/*\n';
    const { script } = splitUp(text).build;
    expect(script).toEqual(['python3 -m pip install build', 'python3 -m build']);
  });

  it.each([
    ['', 'fetch'],
    ['    - ./prepare.sh\n', 'clone'],
  ])('has the repository where jobs have none unless they ask for it: %j', (first, strategy) => {
    const text = `variables:\n  GIT_STRATEGY: none\np:\n  image: python:3.12\n  only: [tags]\n  variables:\n    GIT_STRATEGY: clone\n  script:\n${first}    - python -m build\n    - twine upload dist/*\n`;
    const { variables } = splitUp(text).build;
    expect(variables).toEqual({ GIT_STRATEGY: strategy, GIT_DEPTH: '0' });
  });

  it('builds by the program that ran the upload', () => {
    const text =
      'p:\n  image: nixos/nix:2.6.0\n  only: [tags]\n  script: nix develop -i ".#publish" -c flit -f "$PWD/pyproject.toml" publish --format wheel\n';
    const { script } = splitUp(text).build;
    expect(script).toEqual(['nix develop -i ".#publish" -c flit -f "$PWD/pyproject.toml" build']);
  });

  it('builds once, without the upload tool, where it is split off from such a job', () => {
    const text =
      'p:\n  image: example.com/own:1\n  only: [tags]\n  script:\n    - pip install -U twine wheel\n    - pip install numpy\n    - python setup.py sdist\n    - python setup.py bdist_wheel\n    - twine upload dist/*\n';
    const { script } = splitUp(text).build;
    expect(script).toEqual(['pip install numpy', 'pip install build', 'python -m build']);
  });

  it('needs no plugin where all jobs install it first', () => {
    const top = 'before_script: [pip install poetry poetry-dynamic-versioning]\n';
    const { job } = repaired('  image: python:3.12\n  script: [poetry build]\n', { poetryPlugin: true }, top);
    expect(job.script).toEqual(['poetry build']);
  });

  it('takes the version from git even if Poetry builds', () => {
    const more = { poetryPlugin: true };
    const { job } = repaired(
      '  image: python:3.12\n  script:\n    - pip install poetry\n    - poetry build\n',
      more,
    );
    expect(job.script).toEqual([
      'pip install poetry',
      "poetry self add 'poetry-dynamic-versioning[plugin]'",
      'poetry build',
    ]);
  });

  it('gives each push its own version if the build backend cannot', () => {
    const more = { buildTimeVersion: { kind: 'pyproject' } } as const;
    const { job } = repaired(
      '  image: python:3.12-slim\n  script:\n    - pip install build\n    - python -m build\n',
      more,
    );
    expect(job.script).toEqual([
      'pip install build',
      'pip install uv',
      expect.stringMatching(/CI_COMMIT_TAG.*uv version --frozen .*CI_PIPELINE_IID/),
      'python -m build',
    ]);
    expect(job.image).toBe('python:3.12-slim');
    expect(job.variables).toBeUndefined();
  });

  it.each([
    ['where the shell stands by then', '  script: [pushd pkg/a, pip install build, python -m build]\n', ''],
    [
      'where an inherited cd leads',
      '  script: [pip install build, python -m build]\n',
      'before_script: [cd pkg/a]\n',
    ],
  ])('gets its own version %s', (_, lines, top) => {
    const more = { buildTimeVersion: { kind: 'pyproject' }, packageDirectory: 'pkg/a' } as const;
    const { after } = repaired(`  image: python:3.12\n${lines}`, more, top);
    expect(after).toContain('uv version --frozen');
    expect(after).not.toContain('--project');
  });

  it('gets its own version by sed where pip may not work', () => {
    const more = { buildTimeVersion: { kind: 'pyproject' }, poetryPlugin: true } as const;
    const { job } = repaired('  image: ubuntu:24.04\n  script: [pipx run poetry build]\n', more);
    expect(job.script).toEqual([
      expect.stringMatching(/^\[.*\] \|\| sed -i .*pyproject/),
      'pipx run poetry build',
    ]);
  });

  it.each([
    ['only: [main]', { only: ['main', 'tags'] }],
    ['only: {refs: [tags]}', { only: { refs: ['tags', 'main'] } }],
    [
      'only: {variables: [$CI_COMMIT_TAG]}',
      { only: { variables: ['$CI_COMMIT_TAG', expect.stringContaining('CI_DEFAULT_BRANCH')] } },
    ],
    ['except: [tags, schedules]', { except: ['schedules'] }],
    [
      'rules: [{if: $CI_COMMIT_TAG}]',
      { rules: [{ if: '$CI_COMMIT_TAG' }, { if: expect.stringContaining('push') }] },
    ],
  ])('runs for each tag and each push, in its own way: %s', (condition, wanted) => {
    expect(repaired(`  image: python:3.12\n  script: [python -m build]\n  ${condition}\n`).job).toMatchObject(
      wanted,
    );
  });

  it('has no exceptions where only tags were one', () => {
    const { job } = repaired('  image: python:3.12\n  script: [python -m build]\n  except: [tags]\n');
    expect(job).not.toHaveProperty('except');
  });

  it('runs for tags of any name where those are published', () => {
    const rules = "rules: [{if: '$CI_COMMIT_TAG =~ /^v/'}, {if: $CI_COMMIT_BRANCH}]";
    const { job } = repaired(
      `  image: python:3.12\n  script: [python -m build]\n  ${rules}\n`,
      {},
      'p: {stage: deploy, only: [tags], script: [twine upload dist/*]}\n',
    );
    expect(job.rules).toContainEqual({ if: '$CI_COMMIT_TAG' });
  });

  it('runs for each tag and each push if its rules come from a hidden job', () => {
    const top = '.r:\n  rules:\n    - if: $CI_COMMIT_BRANCH\n';
    const { job, after } = repaired(
      '  extends: .r\n  image: python:3.12\n  script: [python -m build]\n',
      {},
      top,
    );
    expect(job.rules).toEqual([{ if: '$CI_COMMIT_BRANCH' }, { if: '$CI_COMMIT_TAG' }]);
    expect(after).toContain(top);
  });

  it.each([
    ['except: ["/^v?[0-9]/"]', 'conditions cannot be extended safely'],
    ['only: {refs: [main], changes: [src/**]}', 'conditions cannot be extended safely'],
  ])('is refused if its conditions are undecidable: %s', (condition, reason) => {
    const text = `b:\n  script: [python -m build]\n  artifacts: {paths: [dist/]}\n  ${condition}\n`;
    expect(editPipeline(text, goalWith())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(reason),
    });
  });

  it.each([
    ['python -m build -o out', 'out/'],
    ['python -m build --outdir $CI_PROJECT_DIR/wares/new .', '$CI_PROJECT_DIR/wares/new'],
    ['pip wheel . -w x && python -m build -s --outdir=sdists', 'sdists/*.tar.gz'],
  ])('passes on the folder that it builds into: %s', (command, path) => {
    const text = `b:\n  image: python:3.12\n  script: ${command}\n  artifacts: {paths: [${path}]}\n`;
    const result = editPipeline(text, goalWith());
    const after = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
    const folder = path.replace('$CI_PROJECT_DIR/', '').replace(/\/(?:\*.*)?$/, '');
    expect(after).toContain(`/legacy/ ${folder}/*.whl ${folder}/*.tar.gz`);
    expect(after).not.toContain('build-package');
  });

  it.each([
    ['twine', 'refused'],
    ['uv', 'edited'],
  ] as const)('passes its variables to no job that installs twine: with %s it is %s', (publishWith, kind) => {
    const report = 'artifacts: {paths: [dist/], reports: {dotenv: build.env}}';
    const text = `b:\n  image: python:3.12\n  script: [python -m build]\n  ${report}\n`;
    const result = editPipeline(text, goalWith({ publishWith }));
    expect(result.kind).toBe(kind);
    if (result.kind === 'refused') expect(result.reason).toContain("use '--publish-with uv'");
  });

  it('is any of those that the publishing job needs for the files that it names, whatever makes them', () => {
    const text = `source:
  script: [python -m build -s, mv dist/*.tar.gz .]
  artifacts: {paths: [ware-*.tar.gz]}
linux:
  script: [sh ci/linux.sh]
  artifacts: {paths: [ware-*.whl]}
ship:
  stage: deploy
  needs: [source, linux]
  only: [tags]
  script: [twine upload ware-*.whl ware-*.tar.gz]
`;
    const result = editPipeline(text, goalWith());
    const { data } = parseYaml(result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '');
    expect(data['check-dist']).toMatchObject({ needs: ['source', 'linux'] });
    expect(data.linux).toMatchObject({ variables: { GIT_DEPTH: '0' } });
  });

  it('passes on what it builds in a folder of its own', () => {
    const text =
      'b:\n  image: python:3.12\n  script: cd py && python -m build\n  artifacts: {paths: [py/dist/]}\n';
    const result = editPipeline(text, goalWith());
    const after = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
    expect(after).toContain('/legacy/ py/dist/*.whl py/dist/*.tar.gz');
    expect(after).toContain('python -P - py/dist/* <<');
  });
});

/** What becomes of a file whose jobs, besides the tests, all publish. */
function splitUp(text: string, more: Parameters<typeof goalWith>[0] = {}) {
  const result = editPipeline(text, goalWith(more));
  if (result.kind !== 'edited') return { reason: result.kind === 'refused' ? result.reason : '', build: {} };
  const after = result.edits[0]?.after ?? '';
  expect(editPipeline(after, goalWith(more)).kind).toBe('unchanged');
  return { reason: '', build: parseYaml(after).data.build as YamlTable };
}

describe('a build that is split off from the job that publishes', () => {
  const alone = (script: string, more = '') => `ship:\n  only: [tags]\n${more}  script: ${script}\n`;

  it('leaves its files where the shell stands when it builds', () => {
    const script = '[cd ui, npm ci, cd .., pip install build twine, python -m build, twine upload dist/*]';
    expect(splitUp(alone(script)).build.artifacts).toEqual({ paths: ['dist/'] });
    const inside = '[npm ci, cd lib, python -m build, twine upload dist/*]';
    expect(splitUp(alone(inside)).build.artifacts).toEqual({ paths: ['lib/dist/'] });
  });

  it('leaves all of its files where several commands build', () => {
    const script =
      '[./prepare, python -m build -s -o wheelhouse, cibuildwheel --output-dir wheelhouse, twine upload wheelhouse/*]';
    expect(splitUp(alone(script)).build.artifacts).toEqual({ paths: ['wheelhouse/'] });
  });

  it('goes on in its image where the upload did it', () => {
    const { build } = splitUp(
      alone('maturin publish --skip-existing --manylinux 2014 -u me', '  image: maturin:1\n'),
    );
    expect(build).toMatchObject({
      image: 'maturin:1',
      script: ['maturin build --release --sdist --out dist --manylinux 2014'],
    });
  });

  it.each([
    ['a command for all jobs', 'default:\n  before_script: [. /opt/env.sh]\n', '  image: python:3.12\n', []],
    ['a system library for all jobs', 'before_script: [apt-get install -y libfoo-dev]\n', '', []],
    ['a registry of its own', '', '  image: registry.example.com/tools/python:3.12\n', []],
    ['its own libraries', '', '', ['--no-isolation']],
  ])('goes on with %s', (_, top, own, options) => {
    const command = ['python -m build', ...options].join(' ');
    const { build } = splitUp(`${top}${alone(`['${command}', twine upload dist/*]`, own)}`);
    expect(build.script).toEqual([command]);
    expect(build).not.toHaveProperty('before_script');
    if (own !== '') expect(own).toContain(String(build.image));
  });

  it('writes the tag on tags alone, where it now runs for pushes as well', () => {
    const script =
      '[echo $CI_COMMIT_TAG > VERSION, "a $CI_COMMIT_TAG && b", python -m build, twine upload dist/*]';
    expect(splitUp(alone(script)).build.script).toEqual([
      '[ -z "$CI_COMMIT_TAG" ] || echo $CI_COMMIT_TAG > VERSION',
      '[ -z "$CI_COMMIT_TAG" ] || a $CI_COMMIT_TAG',
      'b',
      'python -m build',
    ]);
    const made = `['export V="v\${CI_COMMIT_TAG}"', "envsubst '$V' < a > b", python -m build, twine upload dist/*]`;
    expect(splitUp(alone(made)).build.script).toEqual([
      '[ -z "$CI_COMMIT_TAG" ] || export V="v${CI_COMMIT_TAG}"',
      '[ -z "$CI_COMMIT_TAG" ] || envsubst \'$V\' < a > b',
      'python -m build',
    ]);
  });

  it.each([
    ['make dist', 'dist/*', 'dist/'],
    ['nox -s build', 'dist/*.whl', 'dist/'],
    ['bash ci/build_wheels.sh', 'dist/*', 'dist/'],
  ])('builds by the program of the project that built: %s', (command, files, folder) => {
    const { build } = splitUp(alone(`[${command}, twine upload ${files}]`));
    expect(build).toMatchObject({ script: [command], artifacts: { paths: [folder] } });
  });

  it('takes no files of earlier versions from a cache', () => {
    const { build } = splitUp(`cache: {paths: [dist/, .pip]}\n${alone('twine upload dist/*')}`);
    expect(build.cache).toEqual([]);
  });

  it('is refused where two jobs build in different ways', () => {
    const text = `${alone('[poetry config a b, poetry publish --build]')}try:
  only: [main]
  script: ['poetry version "0.dev$CI_PIPELINE_IID"', poetry publish --build -r testpypi]
`;
    expect(splitUp(text).reason).toMatch(/'ship' build differently \(poetry version|'try' and 'ship' build/);
  });

  it.each([
    ['$env:A = 1', ''],
    ['.\\venv\\Scripts\\Activate.ps1', ''],
    ['pip install twine', '  tags: [saas-windows-medium-amd64]\n'],
  ])('is refused on another system than Linux: %s%s', (command, more) => {
    const text = alone(`['${command}', python -m build, twine upload dist/*]`, more);
    expect(splitUp(text).reason).toContain("'ship' runs on another system");
  });
});

describe('a new build job', () => {
  const build = (text: string) => {
    const result = editPipeline(text, goalWith());
    if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
    return parseYaml(result.edits[0]?.after ?? '').data as Record<string, YamlTable>;
  };
  const publish = (script: string, more = '') =>
    `publish:\n  stage: deploy\n  image: tool/box\n  only: [tags]\n${more}  script:\n${script}    - twine upload dist/*\n`;

  it('builds where a variable of the file leads', () => {
    const data = build(`variables: {where: ./}\n${publish('    - cd ${where}\n    - python -m build\n')}`);
    expect(data.build?.artifacts).toEqual({ paths: ['dist/'] });
  });

  it('checks out the tag that it finds on tags alone', () => {
    const script =
      '    - tag=$(git tag | tail -1)\n    - git checkout $tag\n    - python -m build\n    - echo $tag\n';
    const data = build(publish(script));
    expect(data.build?.script).toContain('[ -z "$CI_COMMIT_TAG" ] || git checkout $tag');
    expect(JSON.stringify(data.publish?.script)).not.toContain('$tag');
  });

  it('stands in the stage for builds, however that is spelt', () => {
    const data = build(
      `stages: [Build, Deploy]\n${publish('    - python -m build\n').replace('stage: deploy', 'stage: Deploy')}`,
    );
    expect(data.build?.stage).toBe('Build');
    expect(data.stages).toEqual(['Build', 'Deploy']);
  });
});

it('uploads in a new stage if what is built is only there behind the last one', () => {
  const text = `stages: [deploy, publish]
build: {stage: publish, script: [python -m build], artifacts: {paths: [dist/]}, rules: [{if: $CI_COMMIT_TAG}, {when: never}]}
out: {stage: publish, needs: [build], script: [twine upload dist/*], rules: [{if: $CI_COMMIT_TAG}]}
`;
  const result = editPipeline(text, goalWith());
  if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
  expect(parseYaml(result.edits[0]?.after ?? '').data.stages).toEqual(['deploy', 'publish', 'release']);
});

it('is added behind the jobs whose files the publishing job built from, and those that it names run whenever it does', () => {
  const page = (more: string) =>
    `stages: [page, test, ship]\npage:\n  stage: page\n  only: [tags]\n  script: npm run build\n  artifacts: {paths: [src/lib/static/]}\ntest:\n  stage: test\n  script: pytest\n  artifacts: {paths: [coverage/]}\np:\n  stage: ship\n  only: [tags]\n${more}  script:\n    - python -m build\n    - twine upload dist/*\n`;
  const built = (more: string) => {
    const result = editPipeline(page(more), goalWith());
    if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
    const { data, text } = parseYaml(result.edits[0]?.after ?? '');
    expect(editPipeline(text, goalWith()).kind).toBe('unchanged');
    return data;
  };
  for (const more of ['  needs: [page]\n', '  dependencies: [page]\n'])
    expect(built(more)).toMatchObject({
      build: { stage: 'page', needs: ['page'] },
      page: { only: ['tags', 'main'] },
    });
  for (const more of ['', '  services: [redis]\n'])
    expect(built(more)).toMatchObject({
      build: { stage: 'page', needs: [{ job: 'page', optional: true }] },
      page: { only: ['tags'] },
    });
});

it('comes with a note where what is included from elsewhere could not be read and nothing is seen to publish', () => {
  const text = (include: string) => `include: ${include}\nt:\n  script: pytest\n`;
  const notesOf = (include: string) => editPipeline(text(include), goalWith()).notes.join();
  expect(notesOf('[{component: gitlab.com/our/python@1}]')).toMatch(/our\/python@1.*could not be read/);
  expect(notesOf('[{template: Jobs/SAST.gitlab-ci.yml}]')).not.toContain('could not be read');
});

it('builds for publishing if it passes on all untracked files', () => {
  const text = `build: {stage: build, script: [python -m build], artifacts: {untracked: true}}
out: {stage: deploy, only: [tags], script: [twine upload dist/*]}
`;
  const result = editPipeline(text, goalWith());
  if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
  expect(Object.keys(parseYaml(result.edits[0]?.after ?? '').data)).not.toContain('build-package');
});

it('keeps an old Python that takes the version from git already', () => {
  const text = 'b:\n  image: python:3.7\n  script: [python -m build]\n  artifacts: {paths: [dist/]}\n';
  expect(editPipeline(text, goalWith()).kind).toBe('refused');
  expect(editPipeline(text, goalWith({ buildsFromGit: true })).kind).toBe('edited');
});

it('sets no version that is the name of a branch on pushes', () => {
  const text = `out:
  stage: deploy
  image: tool/box
  only: [tags]
  variables: {PBR_VERSION: $CI_COMMIT_REF_NAME, NUMBER: $CI_COMMIT_TAG, LEVEL: "2"}
  script: [sed -i s/0.0.0/$NUMBER/ notes.txt, python -m build, twine upload dist/*]
`;
  const result = editPipeline(text, goalWith());
  if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
  const { build } = parseYaml(result.edits[0]?.after ?? '').data as Record<string, YamlTable>;
  expect(build?.variables).toEqual({ NUMBER: '$CI_COMMIT_TAG', LEVEL: '2', GIT_DEPTH: '0' });
  expect(build?.script).toContain('[ -z "$CI_COMMIT_TAG" ] || sed -i s/0.0.0/$NUMBER/ notes.txt');
});
