import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/pipeline/recognise/commands.ts';
import { expand, takeApart } from '../../src/pipeline/recognise/shell.ts';

describe('a script item', () => {
  it.each<[string, string[]]>([
    ['a && b; c\nd', ['a', 'b', 'c', 'd']],
    ['a \\\n  --b', ['a --b']],
    ['echo "a && b; c"', ['echo "a && b; c"']],
    ["echo 'a \\' ; b", ["echo 'a \\'", 'b']],
    ['x="$(p "a; b" | q)" && y', ['x="$(p "a; b" | q)"', 'y']],
    ['# nothing\n\na', ['a']],
  ])('%j is split', (item, commands) => {
    expect(takeApart(item)).toEqual({ kind: 'commands', commands });
  });

  it.each([
    'if a; then b; fi',
    'for x in y; do z; done',
    'cat <<EOF\nx\nEOF',
    'a || b',
    '{ a; }',
    'a() { b; }',
    'a ()\n{ b; }',
  ])('%j is a program', (item) => {
    expect(takeApart(item).kind).toBe('program');
  });

  it('has its known variables expanded', () => {
    expect(expand('${A}/$B/$C', { A: '$B', B: 'x' })).toBe('x/x/$C');
    expect(expand('$A', { A: '$A' })).toBe('$A');
  });
});

describe('a command', () => {
  it.each([
    ['pip install -U twine build', 'install'],
    ["python -m pip install 'twine>=6' keyring", 'install'],
    ['pip install .', 'other'],
    ['pip install -r requirements.txt', 'other'],
    ['apt-get install -y libfoo-dev', 'other'],
    ['python3 -m build --sdist', 'build'],
    ['uvx --from build pyproject-build', 'build'],
    ['cibuildwheel --platform linux', 'build'],
    ['uv sync && make docs-publish', 'other'],
    ['poetry config pypi-token.pypi $T', 'credential'],
    ['echo "[pypi]" > ~/.pypirc', 'credential'],
    ['export TWINE_PASSWORD=$PYPI_TOKEN', 'credential'],
    ['oidc_token=$(python -m id PYPI)', 'credential'],
    ['version="$(hatch version)"', 'report'],
    ['cd python', 'place'],
    ['rm -rf dist', 'place'],
    ['ls dist', 'harmless'],
    ['echo x > src/version.txt', 'other'],
    ['./deploy-docs.sh', 'other'],
  ])('%s: %s', (command, kind) => {
    expect(kindOf(command)).toBe(kind);
  });
});
