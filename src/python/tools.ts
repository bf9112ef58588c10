/** As much of a command as is needed to tell what it does. */
export interface ToolCommand {
  words: readonly string[];
  runners: readonly string[];
  tool: string | undefined;
  verb: string | undefined;
  args: readonly string[];
}

/** What a command does, as far as releases are concerned. */
export type Effect =
  | 'uploads'
  | 'builds'
  | 'installs-project'
  | 'installs-tools'
  | 'reads-version'
  | 'writes-version'
  | 'bumps-version'
  | 'tags'
  | 'pushes'
  | 'credentials'
  | 'changes-lock'
  | 'harmless';

type Rule = Effect[] | ((args: readonly string[]) => Effect[]);

const operands = (args: readonly string[]) => args.filter((word) => !word.startsWith('-'));

/** `poetry version` reads, `poetry version patch` bumps, `poetry version 1.2.3` writes. */
const versionVerb: Rule = (args) => {
  const [value] = operands(args);
  if (args.some((word) => /^--bump(?:=|$)/.test(word))) return ['bumps-version'];
  if (value === undefined) return ['reads-version'];
  return /^(?:major|minor|patch|micro|premajor|preminor|prepatch|prerelease|release|rc|alpha|beta|dev|post|[abc])(?:,|$)/.test(
    value,
  )
    ? ['bumps-version']
    : ['writes-version'];
};

const isProject = (word: string) =>
  /^(?:\.{1,2}|\.{1,2}\/[\w./-]*|\$\{?CI_PROJECT_DIR\}?(?:\/[\w./-]*)?|[\w-]+\/)(?:\[.*\])?$/.test(word) &&
  !/\.(?:whl|gz|zip|txt)$/.test(word);

const pipInstall: Rule = (args) => {
  const words = args.filter(
    (_, index) =>
      !/^(?:-r|--requirement|-c|--constraint|-t|--target|-i|--index-url|-f|--find-links)$/.test(
        args[index - 1] ?? '',
      ),
  );
  const found = words.some((word) =>
    isProject(word.replace(/^(?:-e|--editable=)(?=.)/, '').replace(/^[\w.-]+ *@ *(?:file:)?(?=\.)/, '')),
  );
  return found ? ['installs-project'] : ['installs-tools'];
};

const setupPy: Rule = (args) => {
  const has = (...names: string[]) => names.some((name) => args.includes(name));
  const effects: Effect[] = [];
  if (has('upload', 'register')) effects.push('uploads');
  if (has('sdist', 'build') || args.some((arg) => /^bdist/.test(arg))) effects.push('builds');
  if (has('install', 'develop', 'test', 'pytest', 'build_ext')) effects.push('installs-project');
  if (has('--version', '-V')) effects.push('reads-version');
  return effects;
};

/** One table of tools and verbs; `*` matches any verb or none. */
const table: Record<string, Record<string, Rule>> = {
  twine: { upload: ['uploads'], register: ['uploads'], check: ['harmless'] },
  uv: {
    publish: (args) => (args.includes('--dry-run') ? [] : ['uploads']),
    build: ['builds'],
    sync: (args) =>
      args.includes('--no-install-project') || args.includes('--no-install-workspace')
        ? ['installs-tools']
        : ['installs-project'],
    version: versionVerb,
    add: ['changes-lock', 'installs-project'],
    remove: ['changes-lock', 'installs-project'],
    lock: (args) => (args.some((word) => /^--(?:check|locked|frozen)$/.test(word)) ? [] : ['changes-lock']),
    'tool install': ['installs-tools'],
    'python install': ['installs-tools'],
    venv: ['installs-tools'],
  },
  pip: {
    install: pipInstall,
    wheel: (args) => (args.some(isProject) ? ['builds'] : []),
    list: ['harmless'],
    freeze: ['harmless'],
  },
  poetry: {
    publish: (args) =>
      args.includes('--dry-run') ? [] : args.includes('--build') ? ['builds', 'uploads'] : ['uploads'],
    build: ['builds'],
    install: (args) => (args.includes('--no-root') ? ['installs-tools'] : ['installs-project']),
    sync: (args) => (args.includes('--no-root') ? ['installs-tools'] : ['installs-project']),
    version: versionVerb,
    add: ['changes-lock'],
    lock: ['changes-lock'],
    update: ['changes-lock'],
    config: ['credentials'],
  },
  pdm: {
    publish: (args) => (args.includes('--no-build') ? ['uploads'] : ['builds', 'uploads']),
    build: ['builds'],
    install: (args) => (args.includes('--no-self') ? ['installs-tools'] : ['installs-project']),
    sync: (args) => (args.includes('--no-self') ? ['installs-tools'] : ['installs-project']),
    show: (args) => (args.includes('--version') ? ['reads-version'] : []),
    bump: ['bumps-version'],
    add: ['changes-lock'],
    lock: ['changes-lock'],
    update: ['changes-lock'],
    config: ['credentials'],
  },
  hatch: {
    publish: ['uploads'],
    build: ['builds'],
    version: versionVerb,
    test: ['installs-project'],
    'env create': ['installs-project'],
  },
  hatchling: { build: ['builds'], version: versionVerb },
  flit: { publish: ['builds', 'uploads'], build: ['builds'], install: ['installs-project'] },
  maturin: {
    publish: ['builds', 'uploads'],
    upload: ['uploads'],
    build: ['builds'],
    sdist: ['builds'],
    develop: ['installs-project'],
  },
  rye: { publish: ['uploads'], build: ['builds'], sync: ['installs-project'], version: versionVerb },
  build: { '*': ['builds'] },
  cibuildwheel: { '*': ['builds'] },
  'setup.py': { '*': setupPy },
  pipx: { install: ['installs-tools'] },
  apt: { install: ['installs-tools'], update: ['installs-tools'] },
  apk: { add: ['installs-tools'], update: ['installs-tools'] },
  dnf: { install: ['installs-tools'] },
  yum: { install: ['installs-tools'] },
  cz: {
    bump: (args) =>
      args.includes('--dry-run') || args.includes('--get-next')
        ? ['reads-version']
        : ['bumps-version', 'tags'],
    version: ['reads-version'],
  },
  'bump-my-version': {
    bump: ['bumps-version', 'tags'],
    show: ['reads-version'],
    replace: ['writes-version'],
  },
  bumpversion: { '*': ['bumps-version', 'tags'] },
  bumpver: {
    '*': (args) => (args[0] === 'update' ? ['bumps-version', 'tags', 'pushes'] : ['reads-version']),
  },
  tbump: { '*': ['bumps-version', 'tags', 'pushes'] },
  'semantic-release': { version: ['bumps-version', 'tags', 'pushes'], publish: [] },
  npm: { version: ['bumps-version', 'tags'], publish: [] },
  'standard-version': { '*': ['bumps-version', 'tags'] },
  git: {
    tag: (args) =>
      operands(args).length === 0 ||
      args.some((word) => /^(?:-l|--list|--points-at|--contains|--sort.*|-n\d*)$/.test(word))
        ? []
        : ['tags'],
    push: ['pushes'],
  },
  glab: { 'release create': ['tags'] },
  'release-cli': { create: ['tags'] },
  keyring: { '*': ['credentials'] },
  setuptools_scm: { '*': [] },
  echo: { '*': ['harmless'] },
  printf: { '*': ['harmless'] },
  ls: { '*': ['harmless'] },
  pwd: { '*': ['harmless'] },
  date: { '*': ['harmless'] },
  true: { '*': ['harmless'] },
};

/**
 * What a command does according to the table, including its runner (`uv run` installs the project); empty if unknown.
 */
export function effectsOf(command: ToolCommand): Effect[] {
  const { tool = '', verb, args } = command;
  const verbs = Object.hasOwn(table, tool) ? table[tool] : undefined;
  const key = [verb ?? '*', '*'].find((name) => verbs !== undefined && Object.hasOwn(verbs, name));
  const rule = key === undefined ? undefined : verbs?.[key];
  const effects =
    typeof rule === 'function'
      ? rule(tool === 'setup.py' && verb !== undefined ? [verb, ...args] : args)
      : (rule ?? []);
  const isAsked = args.some((word) => /^(?:--help|-h)$/.test(word));
  return [...new Set([...command.runners.flatMap(runnerEffects), ...(isAsked ? [] : effects)])];
}

function runnerEffects(runner: string): Effect[] {
  if (/^uv\b.* run\b|^uv run\b/.test(runner))
    return /--(?:no-project|no-sync|isolated|no-install-project)\b/.test(runner) ? [] : ['installs-project'];
  return /^(?:hatch|rye) run\b/.test(runner) ? ['installs-project'] : [];
}
