import { describe, expect, it } from 'vitest';
import { readWhole } from '../../../src/pipeline/model/includes.ts';
import { jobsIn, stagesOf } from '../../../src/pipeline/model/jobs.ts';

function jobsOf(text: string, files: Record<string, string> = {}) {
  const whole = readWhole(text, (path) => files[path]);
  const jobs = jobsIn(whole.data, (name) => ({ kind: name in whole.file ? 'file' : 'include' }));
  return { ...whole, jobs, job: (name: string) => jobs.find((it) => it.name === name)! };
}

describe('a job in effect', () => {
  const file = `
image: python:3.12
variables:
  UV: "0.9"
  PUBLIC: "yes"
default:
  before_script: [pip install uv]
  tags: [docker]
stages: [build, upload]
.base: &base
  stage: build
  variables:
    LEVEL: "1"
build:
  extends: .base
  image: uv:\${UV}
  script: [uv build]
  artifacts:
    paths: [dist/]
wheel:
  <<: *base
  script: [!reference [build, script]]
  artifacts:
    paths: ["$LEVEL/*.whl"]
upload:
  stage: upload
  inherit:
    default: [image]
    variables: [PUBLIC]
  environment:
    name: release-$LEVEL
    action: prepare
  variables: { LEVEL: "2" }
  id_tokens:
    PYPI_ID_TOKEN: { aud: pypi }
    OTHER: { aud: ["$LEVEL", sigstore] }
  script: [uv publish]
bare:
  stage: upload
  inherit: { default: false, variables: false }
  needs: ["build", { job: wheel, artifacts: false, optional: true }, { pipeline: "1", job: far }]
  script: [make]
`;
  const { job, jobs, data } = jobsOf(file);

  it('includes what it extends, merges and references, and the defaults', () => {
    expect(job('build')).toMatchObject({
      stage: 'build',
      image: 'uv:0.9',
      variables: { UV: '0.9', PUBLIC: 'yes', LEVEL: '1' },
      value: { before_script: ['pip install uv'], tags: ['docker'], image: 'uv:${UV}' },
      leaves: ['dist/'],
    });
    expect(job('build').itself.tags).toBeUndefined();
    expect(job('wheel')).toMatchObject({ value: { script: [['uv build']] }, leaves: ['1/*.whl'] });
  });

  it('inherits only what its inherit allows', () => {
    expect(job('upload').value.tags).toBeUndefined();
    expect(job('upload')).toMatchObject({ image: 'python:3.12', variables: { PUBLIC: 'yes', LEVEL: '2' } });
    expect(job('bare')).toMatchObject({ image: undefined, variables: {} });
  });

  it('has its environment and ID tokens as values', () => {
    expect(job('upload').environment).toEqual({ name: 'release-2', action: 'prepare' });
    expect(job('upload').idTokens).toEqual([
      { variable: 'PYPI_ID_TOKEN', audiences: ['pypi'] },
      { variable: 'OTHER', audiences: ['2', 'sigstore'] },
    ]);
  });

  it('gets the artifacts of earlier stages, or of the jobs it needs', () => {
    expect(job('upload').takesFrom).toEqual(['build', 'wheel']);
    expect(job('bare').takesFrom).toEqual(['build']);
    expect(job('bare').needs).toEqual([
      { job: 'build', artifacts: true, optional: false },
      { job: 'wheel', artifacts: false, optional: true },
    ]);
    expect(job('build').takesFrom).toEqual([]);
    expect(stagesOf(data)).toEqual(['.pre', 'build', 'upload', '.post']);
    expect(jobs.map(({ name }) => name)).toEqual(['build', 'wheel', 'upload', 'bare']);
  });

  it('has one instance per row of its matrix', () => {
    const matrix =
      'up:\n  script: [make]\n  parallel:\n    matrix:\n      - TO: [pypi, testpypi]\n        PY: "3.12"\n';
    expect(jobsOf(matrix).job('up').matrix).toEqual([
      { TO: 'pypi', PY: '3.12' },
      { TO: 'testpypi', PY: '3.12' },
    ]);
  });
});

describe('an include', () => {
  const files = {
    'ci/upload.yml':
      'spec:\n  inputs:\n    index:\n      default: pypi\n    stage:\n---\nup-$[[ inputs.index ]]:\n  stage: $[[ inputs.stage ]]\n  script: [twine upload dist/*]\n',
    'ci/more.yml': 'include: /ci/most.yml\nmore:\n  script: [more]\n  tags: [a]\n',
    'ci/most.yml': 'most:\n  script: [most]\n',
  };

  it('from the checkout is read, with its own includes and inputs; the file itself wins', () => {
    const text = `
include:
  - local: ci/upload.yml
    inputs: { stage: deploy }
  - local: /ci/more.yml
more:
  script: [mine]
`;
    const { jobs, job, holes } = jobsOf(text, files);
    expect(jobs.map(({ name, origin }) => [name, origin.kind])).toEqual([
      ['up-pypi', 'include'],
      ['most', 'include'],
      ['more', 'file'],
    ]);
    expect(job('up-pypi').stage).toBe('deploy');
    expect(job('more').value).toMatchObject({ script: ['mine'], tags: ['a'] });
    expect(holes).toEqual([]);
  });

  it("from elsewhere is a hole, unless GitLab's merged result is known", () => {
    const text =
      'include:\n  - project: group/ci\n    file: /publish.yml\n  - https://example.org/ci.yml\nup:\n  script: [make]\n';
    expect(jobsOf(text).holes.map(({ why }) => why)).toEqual([
      'include-not-readable',
      'include-not-readable',
    ]);
    const told = readWhole(text, () => undefined, { other: { script: ['x'] } });
    expect(told.holes).toEqual([]);
    expect(Object.keys(told.data)).toContain('other');
  });
});
