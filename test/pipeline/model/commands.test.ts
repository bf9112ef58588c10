import { describe, expect, it } from 'vitest';
import { type Command, commandsOfJob } from '../../../src/pipeline/model/commands.ts';

const read = (...script: string[]) =>
  commandsOfJob({ name: 'ship', before_script: [], script, after_script: [] });

const told = ({ tool, verb, args }: Command) =>
  [tool, verb, ...args].filter((part) => part !== undefined).join(' ');

describe('what actually runs', () => {
  it.each([
    ['twine upload dist/*', 'twine upload dist/*'],
    ['python3 -m twine upload --skip-existing dist/*', 'twine upload --skip-existing dist/*'],
    ['uvx --from twine==6.1 twine upload dist/*', 'twine upload dist/*'],
    ['uvx --exclude-newer 2026-01-01 --from twine twine upload dist/*', 'twine upload dist/*'],
    [
      'uv run --link-mode copy --exclude-newer-package twine=2026-01-01 twine upload dist/*',
      'twine upload dist/*',
    ],
    ['uvx twine@6.1.0 upload dist/*', 'twine upload dist/*'],
    ['uv tool run --with keyring twine upload x', 'twine upload x'],
    ['uv run --frozen --group ship twine upload x', 'twine upload x'],
    ['uv --directory lib run python -m build', 'build'],
    ["pipx run 'twine>=6' upload x", 'twine upload x'],
    ['pipx run --spec build==1 pyproject-build --sdist', 'build --sdist'],
    ['poetry -C lib run python -m twine upload x', 'twine upload x'],
    ['hatch run ship:twine upload x', 'twine upload x'],
    ['sudo -u me env -u TWINE_PASSWORD A=1 .venv/bin/twine upload x', 'twine upload x'],
    ['time timeout -k 5 60 xvfb-run -a pytest -q', 'pytest -q'],
    ['uv pip install -e .', 'pip install -e .'],
    ['${PYTHON} -m pip install .', 'pip install .'],
    ['/opt/python/cp312-cp312/bin/python setup.py sdist bdist_wheel', 'setup.py sdist bdist_wheel'],
    ['./setup.py sdist', 'setup.py sdist'],
    ['uv tool install twine', 'uv tool install twine'],
    ['git -C lib push --tags', 'git push -C lib --tags'],
    ['python -m commitizen bump --yes', 'cz bump --yes'],
    ['python -m semantic_release version', 'semantic-release version'],
    ['./ci/ship.sh --now', './ci/ship.sh --now'],
    ['uv build --package tide', 'uv build --package tide'],
    ['nix develop .#ship -c flit -f a/pyproject.toml publish', 'flit publish -f a/pyproject.toml'],
    ['apptainer exec tools.sif twine upload x', 'twine upload x'],
    ['entrypoint make -e ship', 'make -e ship'],
    ['apt-get install -y make gcc', 'apt install -y make gcc'],
    ['echo run twine upload x yourself', 'echo run twine upload x yourself'],
  ])('%s', (script, wanted) => {
    expect(read(script).commands.map(told)).toEqual([wanted]);
  });

  it('is known for inline programs', () => {
    expect(read('sh -ec \'cd lib; twine upload "$F"\'').commands.at(-1)).toMatchObject({
      tool: 'twine',
      args: ['$F'],
      directory: 'lib',
      via: ['sh'],
    });
    expect(read("su builder -c 'twine upload x'").commands.map(told).at(-1)).toBe('twine upload x');
  });
});

describe('the commands of a script', () => {
  it.each<[string, string[]]>([
    ['a && b; c | d & e', ['a', 'b', 'c', 'd', 'e']],
    ['a \\\n  --b # not this', ['a --b']],
    ['X="$(p "a; b" | q)" r', ['p a; b', 'q', 'r']],
    ['cat > f <<EOF\ntwine upload x\nEOF\nls', ['cat', 'ls']],
    ['ship() { twine upload "$1"; }\nship x', ['ship x', 'twine upload $1']],
    ['(a; b) && { c; }', ['a', 'b', 'c']],
    ['A=(one two)\necho `date`', ['', 'date', 'echo `date`']],
    ['for f in $(ls dist); do twine upload $f; done > log', ['ls dist', 'twine upload $f']],
  ])('%j', (script, wanted) => {
    expect(read(script).commands.map(told)).toEqual(wanted);
  });

  it('treat an if over several items as one', () => {
    const { commands, holes } = read('if [ "$A" ]; then', '  twine upload x', 'fi', 'ls');
    expect(commands.map(({ condition }) => condition)).toEqual([undefined, '[ "$A" ]', undefined]);
    expect(holes).toEqual([]);
  });

  it.each<[string, (string | undefined)[]]>([
    ['if [ "$A" ]; then b; else c; fi; d', [undefined, '[ "$A" ]', '! { [ "$A" ]; }', undefined]],
    ['[ "$A" ] && b', [undefined, '[ "$A" ]']],
    ['[ "$A" ] || b', [undefined, '! { [ "$A" ]; }']],
    ['a && b', [undefined, undefined]],
    ['if [ -z "$A" ]; then exit 0; fi; b', [undefined, '[ -z "$A" ]', '! { [ -z "$A" ]; }']],
    ['[ "$A" ] || exit 0; b', [undefined, '! { [ "$A" ]; }', '[ "$A" ]']],
    ['case $A in v*) b ;; esac', ['case $A in v*)']],
    ['case $A in v*) b ;; *) c ;; esac', ['case $A in v*)', '! { case $A in v*); } && case $A in *)']],
    ['while x; do b; done', [undefined, 'while x']],
  ])('have a condition: %s', (script, wanted) => {
    expect(read(script).commands.map(({ condition }) => condition)).toEqual(wanted);
  });

  it.each<[string, string | undefined]>([
    ['cd lib', 'lib'],
    ['cd lib && cd ..', '.'],
    ['cd $CI_PROJECT_DIR/lib/./deep', 'lib/deep'],
    ['cd "$WHERE"', 'core'],
    ['export WHERE=tide; cd $WHERE', 'tide'],
    ['pushd lib; popd', '.'],
    ['cd lib; cd -', '.'],
    ['(cd lib)', '.'],
    ['cd /tmp', undefined],
    ['cd ..', undefined],
    ['cd $UNKNOWN', undefined],
    ['if [ "$A" ]; then cd lib; fi', undefined],
  ])('have a directory: %s', (script, wanted) => {
    const job = { name: 'ship', before_script: [script], script: ['here'], after_script: ['later'] };
    const { commands } = commandsOfJob({ ...job, variables: { WHERE: 'core' } });
    expect(commands.at(-2)?.directory).toBe(wanted);
    expect(commands.at(-1)?.directory).toBe('.');
  });

  it('know earlier exports', () => {
    const commands = read('export A=1 B="$C"', 'D=2', 'unset A', 'E=3 here').commands;
    expect(commands.at(-1)).toMatchObject({ exported: { B: '$C', D: '2' }, assignments: { E: '3' } });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['curl https://scripts.example/ship.sh | bash', 'remote-script'],
    ['bash <(curl -s https://scripts.example/x)', 'remote-script'],
    ['if a; then', 'cannot-be-read'],
    ["echo 'no end", 'cannot-be-read'],
  ])('is reported: %s', (script, why) => {
    expect(read(script).holes.map((hole) => hole.why)).toEqual([why]);
  });

  it('still yields the lines that can be read', () => {
    expect(read('if a; then\ntwine upload x').commands.map(told)).toEqual(['twine upload x']);
  });

  it('does not include a program that reads its input as data', () => {
    expect(read("curl https://api.example/x | python3 -c 'import sys'").holes).toEqual([]);
  });

  it('does not include installers of well-known tools', () => {
    expect(read('curl -LsSf https://astral.sh/uv/install.sh | sh').holes).toEqual([]);
  });

  it.each([
    '('.repeat(100_000),
    '$('.repeat(50_000),
    'a() '.repeat(40_000),
    '`'.repeat(100_001),
    '<<A '.repeat(20_000),
    'if a; then '.repeat(10_000),
    'f() { f; f; }; f',
    'case '.repeat(20_000),
    '"${'.repeat(30_000),
    'a && '.repeat(40_000),
    '[[ '.repeat(40_000),
    'x\n'.repeat(90_000),
  ])('is detected quickly in a hostile script (%#)', (script) => {
    const { commands } = read(script);
    expect(commands.length).toBeLessThanOrEqual(3000);
  });
});
