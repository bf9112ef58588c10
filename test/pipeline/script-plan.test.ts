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

  it('gets what was installed for it by other ways', () => {
    const { rest } = planned(
      ['apt-get install -y libfoo-dev', '/v/bin/pip install build towncrier'],
      ['python -m build', './check.sh', 'twine upload dist/*', 'towncrier --version'],
    );
    expect(rest.before).toEqual([
      'apt-get install -y libfoo-dev',
      '/v/bin/pip install build towncrier',
      './check.sh',
    ]);
    expect(rest.after.at(1)).toBe('/v/bin/pip install build towncrier');
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

  it('is nothing if it only makes an environment for the upload', () => {
    const { rest } = planned(
      ['python -m venv env', 'git config --global credential.helper cache', 'virtualenv env'],
      ['source env/bin/activate', 'pip freeze', 'pip install twine', 'twine upload dist/*'],
    );
    expect(rest.before).toEqual([]);
  });

  it.each([
    '[[ -z $TWINE_PASSWORD ]] && (echo "\\$PYPI_PASSWORD is not set" ; exit 1)',
    'test -n "$TWINE_PASSWORD" || { echo "no password"; exit 1; }',
    '[ -n "$TWINE_PASSWORD" ] || exit 1',
    'if [[ ${CI_PROJECT_PATH} != "sea/chart" ]]; then echo "Not here."; exit 0; fi',
  ])('is neither built with nor kept if the job no longer needs it: %s', (guard) => {
    const { rest, building } = planned([], [guard, 'python -m build', 'twine upload dist/*']);
    expect(rest.before).toEqual([]);
    expect(building.find(({ text }) => text === guard)?.kind).toMatch(/credential|tag check/);
  });

  it('keeps a guard that does more than to ask for a credential', () => {
    const { building } = planned(
      [],
      ['[ -z "$TWINE_PASSWORD" ] && ./ask', 'make', 'python -m build', 'twine upload dist/*'],
    );
    expect(building[0]?.kind).toBe('other');
  });

  it('leaves the program for the release on GitLab to the job that releases', () => {
    const { rest, building } = planScript('ship', {
      release: { tag_name: '$CI_COMMIT_TAG' },
      before_script: ['curl -Lo /usr/local/bin/release-cli "$CLI"', 'chmod +x /usr/local/bin/release-cli'],
      script: ['python -m build', 'twine upload dist/*'],
    });
    expect(building.map(({ text }) => text)).toEqual(['python -m build']);
    expect(rest.after).toEqual([
      'curl -Lo /usr/local/bin/release-cli "$CLI"',
      'chmod +x /usr/local/bin/release-cli',
    ]);
  });

  it('does not follow the upload if it only cleans a cache', () => {
    const job = { script: ['twine upload dist/*'], after_script: ['uv cache prune --ci'] };
    expect(planScript('ship', job).rest.after).toEqual([]);
  });
});

describe('the files of an upload', () => {
  it('are those of all its commands', () => {
    expect(planned([], ['twine upload out-*.whl', 'twine upload out-*.tar.gz']).files).toBe(
      'out-*.whl out-*.tar.gz',
    );
    expect(planned([], ['twine upload dist/*.whl', 'twine upload'])).not.toHaveProperty('files');
  });
});

it.each(['poe publish', 'nox -s release', 'make upload'])(
  'takes a task of the project for the upload: %s',
  (task) => {
    expect(planScript('p', { script: ['pip install twine', task] })).toMatchObject({
      wrapper: task,
      script: ['gone', { upload: true }],
    });
  },
);
