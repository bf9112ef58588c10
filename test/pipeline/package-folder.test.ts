import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { editPipeline } from '../../src/pipeline/index.ts';
import type { PipelineGoal } from '../../src/pipeline/pipeline-goal.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith } from './pipeline-goal.ts';

/** What `uv` is called with by the script of the job that builds, a list of words for each call. */
function calls(goal: PipelineGoal): string[][] {
  const result = editPipeline(undefined, goal);
  if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
  const text = result.edits[0]!.after;
  expect(editPipeline(text, goal).kind).toBe('unchanged');
  const { script } = parseYaml(text).data.build as { script: string[] };
  const uv = `uv() { for word in "$@"; do printf '%s\\037' "$word"; done >&3; echo >&3; }`;
  const output = execFileSync('/bin/sh', ['-c', `exec 3>&1\n${[uv, ...script].join('\n')}`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\u001f').slice(0, -1));
}

describe('a package folder that YAML or a shell could take for something else', () => {
  it.each(['lib #1', 'ab: c', "it's", 'a b', '$(id)', '"x"', 'x:', '#x'])(
    'is built as it is called: %s',
    (folder) => {
      const [build] = calls(goalWith({ packageDirectory: folder }));
      expect(build).toEqual(['build', '--no-sources', '--out-dir', 'dist', folder]);
      const versioned = calls(
        goalWith({ packageDirectory: folder, buildTimeVersion: { kind: 'pyproject' } }),
      );
      expect(
        versioned.filter((words) => words.includes('--project')).every((words) => words.includes(folder)),
      ).toBe(true);
      expect(versioned.at(-1)).toEqual(build);
    },
  );
});

describe('a package folder that begins like an option', () => {
  const packageDirectory = '-pkg';

  it('is never one, for what builds it and what writes its version', () => {
    const [build] = calls(goalWith({ packageDirectory }));
    expect(build).toEqual(['build', '--no-sources', '--out-dir', 'dist', './-pkg']);
    const versioned = calls(goalWith({ packageDirectory, buildTimeVersion: { kind: 'pyproject' } }));
    expect(versioned.flat()).toContain('./-pkg');
    expect(versioned.flat()).not.toContain('-pkg');
    const result = editPipeline(
      undefined,
      goalWith({ packageDirectory, buildTimeVersion: { kind: 'module', path: 'pkg.py' } }),
    );
    expect(result.kind === 'edited' && result.edits[0]?.after).toContain(' ./-pkg/pkg.py');
  });
});

describe('a build that is moved out of the publishing job and replaced', () => {
  const moved = (script: string, packageDirectory: string) => {
    const text = `stages: [deploy]
release:
  stage: deploy
  image: registry.example.com/builder:7
  rules: [{if: $CI_COMMIT_TAG}]
  script: [${script}, twine upload dist/*]
`;
    const result = editPipeline(text, goalWith({ packageDirectory }));
    if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
    return (parseYaml(result.edits[0]!.after).data.build as { script: string[] }).script;
  };

  it("builds the package's folder, unless it has changed there already", () => {
    expect(moved('python lib/setup.py sdist bdist_wheel', 'lib')).toContain(
      'python -m build --outdir dist lib',
    );
    expect(moved('python ./-lib/setup.py sdist bdist_wheel', '-lib')).toContain(
      'python -m build --outdir dist ./-lib',
    );
    expect(moved('poetry build', '.')).toContain('python -m build');
    expect(moved('cd lib, poetry build', 'lib')).toContain('python -m build');
  });
});

it('a build script that its shell cannot read does not pass', () => {
  const goal = goalWith({ packageDirectory: 'lib #1' });
  const right = editPipeline(undefined, goal);
  if (right.kind !== 'edited') throw new Error(JSON.stringify(right));
  const broken = right.edits[0]!.after.replace(/'(uv build.*) ''lib #1'''/, "$1 'lib #1'");
  expect(broken).toContain("- uv build --no-sources --out-dir dist 'lib #1'\n");
  expect(editPipeline(broken, goal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining("a quote in the script of 'build' is never closed: uv build"),
  });
});
