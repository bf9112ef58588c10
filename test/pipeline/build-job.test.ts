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

  it('comes with a note if it is unknown whether its image has git', () => {
    const { notes } = repaired('  image: example.com/our-slim\n  script: [python -m build]\n');
    expect(notes.join()).toContain('has no git as far as is known');
  });

  it('gets an image with uv if it has none', () => {
    expect(repaired('  script: [uv build]\n').job.image).toContain('astral-sh/uv');
    expect(repaired('  script: [pip install uv, uv build]\n').job.image).toBeUndefined();
  });

  it('takes the version from git even if it runs setup.py', () => {
    const { job } = repaired(
      '  image: python:3.12\n  script:\n    - cd x && python setup.py sdist bdist_wheel\n',
    );
    expect(job.script).toEqual(['cd x && python -m pip install build && python -m build']);
  });

  it.each([
    ['sdist -d out', '--sdist --outdir out'],
    ['bdist_wheel --universal', '--wheel'],
  ])('still builds the same kind of distribution: setup.py %s', (before, after) => {
    const { job } = repaired(`  image: python:3.12\n  script: [python setup.py ${before}]\n`);
    expect(job.script).toEqual([`python -m pip install build && python -m build ${after}`]);
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
    ['only: [main]', { only: ['main', 'tags'] }],
    ['only: {refs: [tags]}', { only: { refs: ['tags', 'main'] } }],
    [
      'only: {variables: [$CI_COMMIT_TAG =~ /^v/]}',
      { only: { variables: ['$CI_COMMIT_TAG =~ /^v/', expect.stringContaining('CI_DEFAULT_BRANCH')] } },
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

  it('passes on what it builds in a folder of its own', () => {
    const text =
      'b:\n  image: python:3.12\n  script: cd py && python -m build\n  artifacts: {paths: [py/dist/]}\n';
    const result = editPipeline(text, goalWith());
    const after = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : '';
    expect(after).toContain('/legacy/ py/dist/*.whl py/dist/*.tar.gz');
    expect(after).toContain('python -P - py/dist/* <<');
  });
});
