/** What actually runs after stripping `sudo`, `python -m`, `uvx`, `poetry run` and the like. */
export interface Program {
  /** The runners, outermost first, with their own options: `['uv run --frozen', 'python -m']`. */
  runners: string[];
  /** `NAME=value` passed to `env` or `sudo`. */
  assignments: [name: string, value: string][];
  tool: string | undefined;
  verb: string | undefined;
  /** What follows the verb, or the tool if it has none; options before the verb come first. */
  args: string[];
  /** Inline shell code: `sh -c '...'`, `eval '...'`. */
  inline: string | undefined;
}

/** A program's options that take the next word as their value. */
type Options = readonly string[];

/** Programs that just run another one; their options with a value, and how many words they take first. */
const plainRunners: Record<string, { options: Options; words?: number }> = {
  sudo: { options: ['-u', '-g', '-C', '--user', '--group'] },
  doas: { options: ['-u'] },
  env: { options: ['-u', '--unset', '-C', '--chdir'] },
  time: { options: ['-f', '-o'] },
  nice: { options: ['-n'] },
  nohup: { options: [] },
  exec: { options: ['-a'] },
  command: { options: [] },
  builtin: { options: [] },
  stdbuf: { options: ['-i', '-o', '-e'] },
  timeout: { options: ['-k', '-s', '--signal', '--kill-after'], words: 1 },
  'xvfb-run': { options: ['-n', '-s', '-f', '-e', '-p', '--server-args', '--server-num'] },
  xargs: { options: ['-n', '-I', '-L', '-P', '-d', '-a'] },
  'dbus-run-session': { options: [] },
};

/** What `uv run` and `uv tool run` share, of uv 0.13: https://docs.astral.sh/uv/reference/cli/ */
const uvShared: Options =
  `-w --with --with-editable --with-requirements --env-file --python-platform --index --default-index -i --index-url
  --extra-index-url -f --find-links --index-strategy --keyring-provider -P --upgrade-package --upgrade-group --resolution
  --prerelease --prerelease-package --fork-strategy --exclude-newer --exclude-newer-package --no-sources-package
  --reinstall-package --link-mode -C --config-setting --config-settings-package --no-build-isolation-package
  --no-build-package --no-binary-package --cache-dir --refresh-package -p --python --color --allow-insecure-host
  --directory --project --config-file`.split(/\s+/);
const uvRun: Options = [
  ...uvShared,
  ...'--extra --no-extra --group --no-group --only-group --no-editable-package --package'.split(' '),
];
const uvx: Options = [
  ...uvShared,
  ...'--from -c --constraints -b --build-constraints --overrides --torch-backend'.split(' '),
];
const poetryGlobal: Options = ['-C', '--directory', '-P', '--project'];

/** Runners with a subcommand: `uv run`, `poetry run` ... */
const subRunners: [words: string[], options: Options, before?: Options][] = [
  [['uv', 'tool', 'run'], uvx, uvRun],
  [['uv', 'run'], uvRun, uvRun],
  [['uvx'], uvx],
  [
    ['pipx', 'run'],
    ['--spec', '--python', '--pip-args', '--index-url', '-i', '--with'],
  ],
  ...[
    ['npx'],
    ['bunx'],
    ['npm', 'exec'],
    ['pnpm', 'exec'],
    ['pnpm', 'dlx'],
    ['yarn', 'dlx'],
    ['yarn', 'exec'],
  ].map((words): [string[], Options] => [words, ['-p', '--package', '-c', '--call', '-w', '--workspace']]),
  [['poetry', 'run'], [], poetryGlobal],
  [
    ['pdm', 'run'],
    ['-p', '--project', '--venv', '-e', '--env'],
    ['-p', '--project', '-c', '--config'],
  ],
  [['hatch', 'run'], [], ['-e', '--env', '-p', '--project', '--data-dir', '--cache-dir', '--config']],
  [['hatch', '-e'], [], []],
  [
    ['rye', 'run'],
    ['-p', '--pyproject'],
  ],
  [
    ['pixi', 'run'],
    ['-e', '--environment', '--manifest-path'],
  ],
  [['pipenv', 'run'], []],
  [
    ['conda', 'run'],
    ['-n', '--name', '-p', '--prefix', '--cwd'],
  ],
  [
    ['mamba', 'run'],
    ['-n', '--name', '-p', '--prefix', '--cwd'],
  ],
  [
    ['micromamba', 'run'],
    ['-n', '--name', '-p', '--prefix', '--cwd'],
  ],
  [
    ['coverage', 'run'],
    ['--source', '--rcfile', '-p', '--omit', '--include', '--data-file'],
  ],
];

const python = /^(?:python|pypy)(?:\d+(?:\.\d+)*)?(?:\.exe)?$|^\$\{?(?:PYTHON\w*|PY_?EXE)\}?$|^py$/;

/** Tools with verbs, and their options with a value that may precede the verb. */
const verbTools: Record<string, Options> = {
  twine: [],
  uv: [...uvRun],
  pip: ['--python', '--proxy', '--cache-dir', '--log', '--timeout', '--index-url', '-i'],
  poetry: poetryGlobal,
  pdm: ['-p', '--project', '-c', '--config'],
  hatch: ['-e', '--env', '-p', '--project', '--data-dir', '--cache-dir', '--config'],
  flit: ['-f', '--ini-file', '--repository', '--pypirc'],
  maturin: [],
  rye: [],
  pixi: [],
  pipx: [],
  pipenv: [],
  conda: [],
  git: ['-C', '-c', '--git-dir', '--work-tree'],
  glab: ['-R', '--repo'],
  'release-cli': ['--server-url', '--job-token', '--project-id', '--private-token', '--timeout'],
  docker: ['-c', '--context', '-H', '--host', '-l', '--log-level', '--config'],
  podman: ['--log-level'],
  npm: ['--prefix', '-C', '-w', '--workspace'],
  yarn: ['--cwd'],
  pnpm: ['-C', '--dir', '--filter', '-F'],
  cargo: [],
  cz: ['--config', '-n', '--name', '-nr', '--no-raise'],
  'bump-my-version': ['--config-file'],
  'semantic-release': ['-c', '--config', '--noop'],
  apt: ['-o', '-c', '-t'],
  apk: ['-X', '-p', '--repository'],
  dnf: ['-c'],
  yum: ['-c'],
  brew: [],
  choco: [],
  setuptools_scm: [],
  hatchling: [],
  'pypi-attestations': [],
  'setup.py': [],
};

/** Verbs with subverbs. */
const nested: Record<string, string[]> = {
  uv: ['tool', 'python', 'self', 'cache', 'auth'],
  hatch: ['env', 'config', 'dep', 'python', 'self', 'project'],
  poetry: ['self', 'env', 'cache', 'source'],
  pdm: ['self', 'cache', 'venv', 'python', 'show'],
  glab: ['release', 'ci', 'mr', 'repo', 'auth', 'variable'],
  docker: ['buildx', 'compose', 'image', 'container'],
};

/** Names that stand for another. */
const aliases: Record<string, string> = {
  pip3: 'pip',
  'apt-get': 'apt',
  aptitude: 'apt',
  microdnf: 'dnf',
  'pyproject-build': 'build',
  commitizen: 'cz',
  bump2version: 'bumpversion',
  inv: 'invoke',
  'go-task': 'task',
  gmake: 'make',
  'python-semantic-release': 'semantic-release',
  semantic_release: 'semantic-release',
  bumpversion: 'bumpversion',
  'setuptools-scm': 'setuptools_scm',
  pypi_attestations: 'pypi-attestations',
  mamba: 'conda',
  micromamba: 'conda',
  wget2: 'wget',
};

/** Strips the runners, up to a sane limit. */
export function programOf(all: readonly string[]): Program {
  const program: Program = {
    runners: [],
    assignments: [],
    tool: undefined,
    verb: undefined,
    args: [],
    inline: undefined,
  };
  let words = [...all];
  for (let count = 0; count < 12; count += 1) {
    const rest = withoutRunner(words, program);
    if (rest === undefined) break;
    program.runners.push(words.slice(0, words.length - rest.length).join(' '));
    words = rest;
  }
  const [first = '', ...args] = words;
  if (first === '') return program;
  const inline = inlineProgram(first, args);
  if (inline !== undefined) program.inline = inline;
  program.tool = toolName(first);
  return { ...program, ...verbOf(program, args) };
}

function withoutRunner(words: string[], program: Program): string[] | undefined {
  const [first = ''] = words;
  const name = baseName(first);
  const plain = Object.hasOwn(plainRunners, name) ? plainRunners[name] : undefined;
  if (plain) {
    if (name === 'command' && /^-[vV]/.test(words[1] ?? '')) return undefined;
    let at = skipOptions(words, 1, plain.options) + (plain.words ?? 0);
    for (; /^[A-Za-z_]\w*=/.test(words[at] ?? ''); at += 1) {
      const [, variable = '', value = ''] = /^(\w+)=(.*)$/s.exec(words[at] ?? '') ?? [];
      program.assignments.push([variable, value]);
    }
    return at < words.length ? words.slice(at) : undefined;
  }
  if (python.test(name)) return behindPython(words);
  for (const [runner, options, before = []] of subRunners) {
    if (runner[0] !== name) continue;
    const verbAt = runner.length === 1 ? 0 : skipOptions(words, 1, before);
    if (runner.length > 1 && !runner.slice(1).every((word, index) => words[verbAt + index] === word))
      continue;
    return behind(runner.join(' '), words, verbAt + Math.max(runner.length - 1, 1), options);
  }
  // `uv pip` is pip
  if (name === 'uv' && words[skipOptions(words, 1, uvRun)] === 'pip')
    return words.slice(skipOptions(words, 1, uvRun));
  return behindUnknown(words);
}

/** An upload or a build that a program we do not know runs: `nix develop -c flit publish`, `entrypoint make release`. */
function behindUnknown(words: string[]): string[] | undefined {
  // Those only talk about it, or run it among other files.
  if (/^(?:echo|printf|grep|which|type|git|docker|podman|\[|test)$/.test(baseName(words[0] ?? '')))
    return undefined;
  const at = words.findIndex((word, index) => {
    const tool = baseName(word);
    if (index === 1 && tool === 'make') return words.length > 2;
    if (index === 0 || !/^(?:twine|uv|poetry|pdm|hatch|flit|maturin)$/.test(tool)) return false;
    return /^(?:upload|publish|build)$/.test(
      words[skipOptions(words, index + 1, verbTools[tool] ?? [])] ?? '',
    );
  });
  return at < 0 ? undefined : words.slice(at);
}

/** What a runner runs: a module after `-m`, a program with a version, an environment before a colon. */
function behind(runner: string, words: string[], from: number, options: Options): string[] | undefined {
  const moduleAt = words.findIndex((word, at) => at >= from && /^(?:-m|--module)$/.test(word));
  let at = skipOptions(words, from, options);
  if (moduleAt >= 0 && moduleAt < at) at = moduleAt + 1;
  const program = words[at];
  if (program === undefined) return undefined;
  const rest = words.slice(at);
  if (/^(?:uv tool run|uvx|pipx run|npx|bunx|p?npm exec|\w+ dlx)$/.test(runner))
    rest[0] = program.replace(/(?<=.)(?:@|\[|[=<>~!]=?).*$/, '');
  if (runner === 'hatch run') rest[0] = program.replace(/^[+\w.-]*:(?=.)/, '');
  if (rest[0]?.includes(' ') && runner !== 'coverage run')
    return rest[0].trim().split(/\s+/).concat(rest.slice(1));
  return rest;
}

function behindPython(words: string[]): string[] | undefined {
  const at = skipOptions(words, 1, ['-W', '-X'], /^-(?:m|c)$|^-[A-Za-z]*[mc]$/);
  const word = words[at] ?? '';
  if (/^-[A-Za-z]*m$/.test(word)) {
    const module = words[at + 1];
    return module === undefined ? undefined : [moduleName(module), ...words.slice(at + 2)];
  }
  return /(?:^|\/)setup\.py$/.test(word) ? ['setup.py', ...words.slice(at + 1)] : undefined;
}

/** `python -m hatch.cli` is hatch, `python -m semantic_release` is semantic-release. */
const moduleName = (module: string) => module.replace(/\.(?:__main__|cli|tool)$/, '');

/** Index of the first word that is not an option. */
function skipOptions(words: readonly string[], from: number, withValue: Options, stop?: RegExp): number {
  let at = from;
  while (at < words.length) {
    const word = words[at] ?? '';
    if (word === '--') return at + 1;
    if (!/^-./.test(word) || stop?.test(word)) break;
    at += withValue.includes(word) ? 2 : 1;
  }
  return at;
}

function inlineProgram(first: string, args: string[]): string | undefined {
  const name = baseName(first);
  if (name === 'eval') return args.join(' ');
  if (!/^(?:(?:ba|da|z|a|k)?sh|su|nix-shell)$/.test(name)) return undefined;
  const at = args.findIndex((word) => /^-[a-z]*c$|^--(?:run|command)$/.test(word));
  return at < 0 ? undefined : args[at + 1];
}

/** `/usr/bin/twine` and `.venv/bin/twine` are twine; a script of the project keeps its path. */
function toolName(word: string): string {
  const name = baseName(word);
  if (/(?:^|\/)setup\.py$/.test(word)) return 'setup.py';
  if (name === '' || (word.includes('/') && name === word)) return word;
  if (python.test(name)) return 'python';
  return Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name.replace(/^pip3(?:\.\d+)?$/, 'pip');
}

function baseName(word: string): string {
  const program = /(?:^|\/)(?:s?bin|Scripts|\.local\/bin)\/([^/]+)$/.exec(word)?.[1] ?? word;
  return program.replace(/\.exe$/i, '');
}

function verbOf({ tool = '' }: Program, args: string[]): { verb: string | undefined; args: string[] } {
  if (!Object.hasOwn(verbTools, tool)) return { verb: undefined, args };
  const at = skipOptions(args, 0, verbTools[tool] ?? []);
  const verb = args[at];
  if (verb === undefined) return { verb: undefined, args };
  const before = args.slice(0, at);
  const second = args[at + 1];
  if (Object.hasOwn(nested, tool) && nested[tool]?.includes(verb) && /^[a-z]/.test(second ?? ''))
    return { verb: `${verb} ${second}`, args: [...before, ...args.slice(at + 2)] };
  return { verb, args: [...before, ...args.slice(at + 1)] };
}
