import { describe, expect, it } from 'vitest';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import type { YamlTable } from '../../src/text/yaml/document.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith, guard } from './pipeline-goal.ts';

/** Edits a file, given GitLab's merged result. */
function edit(text: string, merged: string) {
  const { included } = readPipeline(text, officialIndexes, merged);
  const result = editPipeline(text, goalWith(), included);
  const after = result.kind === 'edited' ? (result.edits[0]?.after ?? '') : text;
  return {
    result,
    after,
    jobs: parseYaml(after).data as Record<string, YamlTable>,
    again: () => editPipeline(after, goalWith(), included),
  };
}

const head = 'include:\n  - project: group/ci\n    file: python.yml\n';

describe('the content of included files', () => {
  it('is read from the merged result: stages', () => {
    const { jobs, again } = edit(head, 'stages: [build, test, ship]\nlint: {stage: test, script: x}\n');
    expect(jobs.stages).toEqual(['build', 'test', 'ship', 'deploy']);
    expect(again().kind).toBe('unchanged');
  });

  it('is read from the merged result: the build job, to which this file adds what it needs', () => {
    const merged = 'wheel: {stage: build, script: [python -m build], artifacts: {paths: [dist/]}}\n';
    const { jobs, again } = edit(head, merged);
    expect(jobs.wheel).toEqual({ variables: { GIT_DEPTH: '0' } });
    expect(jobs['check-dist']?.needs).toEqual(['wheel']);
    expect(jobs.build).toBeUndefined();
    expect(again().kind).toBe('unchanged');
  });

  it('is read from the merged result: a global before_script', () => {
    const { jobs } = edit(head, 'default: {before_script: [pip install -e .]}\n');
    expect(jobs.build?.before_script).toEqual([]);
  });

  it('is read from the merged result: rules that exclude tags', () => {
    const { jobs, again } = edit(head, 'workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}\n');
    expect(jobs.workflow).toEqual({ rules: [{ if: '$CI_COMMIT_BRANCH' }, { if: '$CI_COMMIT_TAG' }] });
    expect(again().kind).toBe('unchanged');
  });

  it('is read from the merged result: names in use', () => {
    const { jobs } = edit(head, 'release: {script: release-cli create}\nbuild: {script: make}\n');
    expect(Object.keys(jobs)).toEqual([
      'include',
      'build-package',
      'check-dist',
      '.publish',
      'release-test',
      'release-pypi',
    ]);
  });

  it('is not edited from here if it publishes', () => {
    const { result } = edit(head, 'pypi: {script: twine upload dist/*}\n');
    expect(result).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(
        "the job 'pypi' that publishes is defined in an included file (group/ci python.yml)",
      ),
    });
  });

  it('does not come between a job and what it extends here', () => {
    const text = `${head}.deploy:\n  stage: deploy\n  image: python:3.12\np:\n  extends: .deploy\n  only: [tags]\n  script:\n    - twine upload dist/*\n`;
    const merged =
      '.deploy: {stage: deploy, image: python:3.12}\np: {extends: .deploy, stage: deploy, image: python:3.12, only: [tags], script: [twine upload dist/*], retry: 1}\n';
    const { jobs, again } = edit(text, merged);
    expect(jobs.p).toMatchObject({ rules: [guard, { if: '$CI_COMMIT_TAG' }], extends: '.deploy' });
    expect(again().kind).toBe('unchanged');
  });
});
