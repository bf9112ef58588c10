import { describe, expect, it } from 'vitest';
import { planScript } from '../../src/pipeline/publishing/script-plan.ts';

const planned = (before_script: string[], script: string[]) => planScript('ship', { before_script, script });

describe('what a publishing job does besides the upload', () => {
  it('gets the tools that it uses, even if they were installed before the build', () => {
    const { rest } = planned(
      ['pip install --no-cache twine'],
      ['python setup.py sdist', 'twine check dist/*', 'twine upload dist/*', './announce.sh'],
    );
    expect(rest.before).toEqual(['pip install --no-cache twine', 'twine check dist/*']);
    expect(rest.after).toEqual(['pip install --no-cache twine', './announce.sh']);
  });

  it('does not list folders that the upload without a checkout does not have', () => {
    const kept = (...script: string[]) =>
      planned([], [...script, 'twine upload dist/*']).script.filter(
        (it) => typeof it === 'object' && 'keep' in it,
      );
    expect(kept('ls -la dist/')).toHaveLength(1);
    expect(kept('ls')).toHaveLength(1);
    expect(kept('ls wheelhouse')).toEqual([]);
    expect(kept('cd build', 'ls dist')).toEqual([]);
  });

  it('looks for files of the checkout in a job that has it', () => {
    const { rest } = planned([], ['test -f CHANGELOG.md', 'twine upload dist/*']);
    expect(rest.before).toEqual(['test -f CHANGELOG.md']);
  });
});
