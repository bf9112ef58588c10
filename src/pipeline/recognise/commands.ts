import { isCredentialName } from '../../indexes/upload-variables.ts';

/** A Python module or program, called directly or through another tool's runner. */
const upload =
  /\btwine(?:[=<>~!]=?[\w.,<>=*]+)?['"]?[ \t]+upload\b|\b(?:uv|poetry|pdm|hatch|flit|maturin)[ \t]+(?:-\S+[ \t]+(?:[^\s-]\S*[ \t]+)?)*?publish\b|\bmaturin[ \t]+upload\b|setup\.py[ \t].*\bupload\b/;

/** Commands that build distributions into dist/. */
const build =
  /\bpython3?(?:\.\d+)?[ \t]+-m[ \t]+build\b|\bpyproject-build\b|\b(?:uv|hatch|poetry|pdm|flit|maturin)[ \t]+(?:-\S+[ \t]+(?:[^\s-]\S*[ \t]+)?)*?build\b|\bmaturin[ \t]+sdist\b|setup\.py[ \t].*\b(?:sdist|bdist_wheel)\b|\bpip3?[ \t]+wheel\b|\b(?:pipx[ \t]+run|uvx)[ \t]+(?:--from[ \t]+\S+[ \t]+)?(?:build|pyproject-build)\b|\bcibuildwheel\b/;

/** Programs of the project that publish, judging by their names: make targets, tox and nox sessions, scripts. */
const wrapper =
  /^(?:(?:pipx|uv)[ \t]+run[ \t]+|uvx[ \t]+|python3?[ \t]+-m[ \t]+|(?!echo\b|printf\b)[\w./-]+[ \t]+(?=make\b))?(?:make|tox|nox|invoke|inv|just|task|poe|pdm run|hatch run|poetry run|pipenv run|uv run)\b.*[\s:](?:(?:publish|release|upload|deploy)(?:[-_](?:to[-_])?(?:test)?(?:pypi|package|python|dist|wheel)s?)?|(?:test)?pypi(?:[-_]\w+)?)(?=\s|$)|^(?:(?:ba)?sh[ \t]+|python3?[ \t]+|source[ \t]+|\.[ \t]+)?(?:[\w.${}-]+\/)*(?:[a-z]+[-_])?(?:publish|release|upload|pypi)(?:[-_](?:to[-_])?\w*(?:pypi|package|dist|wheel)s?|[-_](?:publish|release|upload))?\.(?:sh|bash|py)\b/i;

/** Programs of the project that build, judging by their names. */
const buildWrapper =
  /^(?:(?:pipx|uv)[ \t]+run[ \t]+|uvx[ \t]+|python3?[ \t]+-m[ \t]+)?(?:make|tox|nox|invoke|inv|just|task|poe|pdm run|hatch run)\b[^;&|]*[\s:](?:build|dist|sdist|wheels?|package)(?:[-_](?:all|dist|package|sdist|wheel)s?)?(?=\s|$)|^(?:(?:ba)?sh[ \t]+|python3?[ \t]+|source[ \t]+|\.[ \t]+)?(?:[\w.${}-]+\/)*(?:build|make|package)(?:[-_](?:dist|package|python|sdist|wheel)s?)?\.(?:sh|bash|py)\b/;

const report =
  /^(?:export[ \t]+)?\w+=.*\b(?:hatch(?:ling)?|poetry|pdm|uv|setuptools[_-]scm|setup\.py)\b.*version/i;

const installable = new Set(
  `pip setuptools wheel build twine uv poetry poetry-core flit flit-core hatch hatchling hatch-vcs pdm pdm-backend maturin
  keyring keyrings-alt nox tox invoke setuptools-scm id pipx requests packaging importlib-metadata readme-renderer pkginfo virtualenv cryptography
  jq curl git python3 python3-pip python3-venv py3-pip ca-certificates poetry-dynamic-versioning
  pypi-attestations sigstore`.split(/\s+/),
);

/** What a command of a job does, as far as publishing is concerned. */
export type CommandKind =
  | 'upload'
  /** Signs distributions, for which a job needs an ID token of its own. */
  | 'signature'
  | 'build'
  /** Installs nothing but packaging tools. */
  | 'install'
  /** Sets a user name, password or token for an index, or exchanges an ID token for one. */
  | 'credential'
  /** Compares the tag with the written version, which no longer exists. */
  | 'tag check'
  /** Asks for the version, only to print it. */
  | 'report'
  /** Needs nothing from the repository and has no lasting effect. */
  | 'harmless'
  /** Prepares for a build: `cd`, `rm -rf dist`. */
  | 'place'
  | 'other';

/** Whether a command or program does nothing but compare the tag with the version written in the project. */
export function comparesVersion(text: string): boolean {
  const asks =
    /\b(?:poetry|hatch|hatchling|pdm|uv|flit|setuptools_scm)\b.*version|setup\.py.*--version|__version__|importlib.metadata|pyproject\.toml/;
  const code = text.replace(/(?:^|\s)#[^\n]*/g, '');
  return (
    /\bCI_COMMIT_(?:TAG|REF_NAME)\b/.test(code) &&
    asks.test(code) &&
    /(?:^|[\s;&|])(?:test|\[\[?)\s|\bexit\s+[1-9]|sys\.exit|\bassert\b/.test(code) &&
    !doesMore.test(code)
  );
}

/** Commands that have an effect of their own beside a comparison: requests, pushes, files that are changed. */
const doesMore =
  /(?:^|[\s;&|(])(?:curl|wget|http|git[ \t]+(?:push|tag|commit)|glab|release-cli|docker|sed[ \t]+(?:-\S+[ \t]+)*-\w*i|mv|cp|rm|ssh|scp|rsync|make|npm|tee|twine)\b/m;

/** Classifies a command. */
export function kindOf(command: string): CommandKind {
  if (uploads(command)) return 'upload';
  if (signs(command)) return 'signature';
  if (comparesVersion(command)) return 'tag check';
  if (isCredential(command)) return 'credential';
  if (buildsDistributions(command)) return 'build';
  if (installsTools(command)) return 'install';
  if (report.test(command)) return 'report';
  if (/^(?:cd|pushd|popd)\b|^(?:rm|mkdir)\b.*\b(?:dist|build)\b/.test(command)) return 'place';
  return isHarmless(command) && !/>\s*[^&\s]/.test(command) ? 'harmless' : 'other';
}

/** Whether a command uploads distributions; a dry run does not. */
export function uploads(command: string): boolean {
  return upload.test(command) && !/--dry-run\b/.test(command);
}

/** Whether a command, or any of a script's, signs distributions for the index: https://peps.python.org/pep-0740/ */
export function signs(script: string): boolean {
  return /\bpypi[-_]attestations\b[^\n]*[ \t]sign\b/.test(script);
}

/** Whether a command runs something of the project that may publish. */
export function isWrapper(command: string): boolean {
  return wrapper.test(command);
}

/** Whether a command runs something of the project that seems to build. */
export const isBuildWrapper = (command: string): boolean => buildWrapper.test(command);

/** Whether a script builds distributions. */
export function buildsDistributions(script: string): boolean {
  return build.test(script);
}

/** The kinds of distribution that a command builds: 'sdist', 'wheel', or 'cibuildwheel' for wheels of many platforms. */
export function kindsBuilt(text: string): string[] {
  if (!buildsDistributions(text)) return [];
  const wheel = /\bcibuildwheel\b|\bbdist_wheel\b|\bpip3?[ \t]+wheel\b|--wheel\b|[ \t]-w\b/.exec(text)?.[0];
  const sdist = /(?:--|[ \t])sdist\b|[ \t]-s\b/.test(text);
  return [
    ...(sdist || !wheel ? ['sdist'] : []),
    ...(wheel || !sdist ? [wheel === 'cibuildwheel' ? wheel : 'wheel'] : []),
  ];
}

/** A path from the root of the repository, however it is written. */
export const insideProject = (path: string): string => path.replace(/^\$\{?CI_PROJECT_DIR\}?\/|^\.\//, '');

/** The folder that a build command names for what it builds, unless it is only known when it runs. */
export function buildFolder(command: string): string | undefined {
  if (!build.test(command)) return undefined;
  const [, folder] =
    /\s(?:-[do]|--(?:out-?dir|output(?:-dir)?|wheel-dir|dist-dir|dest|out))[ =]["']?([^\s"']+)/.exec(
      command,
    ) ?? [];
  const inside = folder && insideProject(folder).replace(/\/+$/, '');
  return inside !== undefined && /^[\w.-][\w./-]*$/.test(inside) && inside !== '.' ? inside : undefined;
}

function isCredential(command: string): boolean {
  return (
    /pypirc|mint-token|_\/oidc|\bpython3?[ \t]+-m[ \t]+id\b|^(?:poetry|pdm|flit|hatch)[ \t]+config\b|^keyring\b/.test(
      command,
    ) ||
    /^(?:export[ \t]+)?\w*(?:TOKEN|OIDC|PASSWORD|RESP)\w*=/i.test(command) ||
    isCredentialName(/^(?:export[ \t]+)?(\w+)=/.exec(command)?.[1] ?? '')
  );
}

/** Tells pip where packages are. */
export const setsUpPip = /^(?:python3?(?:\.\d+)?[ \t]+-m[ \t]+)?pip3?[ \t]+config\b/;

function installsTools(command: string): boolean {
  if (setsUpPip.test(command)) return true;
  if (/\binstall(?:-poetry)?\.(?:sh|py)\b|install\.python-poetry\.org/.test(command)) return true;
  if (/^(?:python3?|uv)[ \t]+(?:-m[ \t]+)?venv\b|^(?:\.|source)[ \t]+\S*activate\b/.test(command))
    return true;
  const [, words] =
    /^(?:(?:python3?(?:\.\d+)?[ \t]+-m[ \t]+|uv[ \t]+)?pip3?(?:\.\d+)?[ \t]+install|pipx[ \t]+install|uv[ \t]+tool[ \t]+install|apk[ \t]+(?:-\S+[ \t]+)*add|(?:apt(?:-get)?|dnf|microdnf|yum)[ \t]+(?:-\S+[ \t]+)*install)[ \t]+(.*)$/.exec(
      command,
    ) ?? [];
  if (/^apt(?:-get)?[ \t]+(?:-\S+[ \t]+)*update\b/.test(command)) return true;
  const packages = (words ?? '').split(/[ \t]+/).filter((word) => word !== '' && !word.startsWith('-'));
  return packages.length > 0 && packages.every((word) => installable.has(packageIn(word)));
}

/** Whether a script installs a tool that accepts what current build backends produce: twine does since version 7. */
export function installs(script: string, tool: 'uv' | 'twine'): boolean {
  if (tool === 'uv' && script.includes('astral.sh/uv')) return true;
  return script.split('\n').some((line) => {
    const from = line.search(/\binstall\b/);
    const wanted = from < 0 ? '' : line.slice(from);
    return tool === 'uv' ? /\buv\b/.test(wanted) : namesNewTwine(wanted);
  });
}

/** The last one without an old version decides, including a bound after a comma. */
function namesNewTwine(wanted: string): boolean {
  const named = [...wanted.matchAll(/\btwine\b(?!\s*(?:==|~=|<)\s*[0-6]\b)/g)].at(-1);
  return named !== undefined && !/,\s*<\s*[0-7]\b/.test(wanted.slice(named.index));
}

function packageIn(word: string): string {
  return (/^['"]?([A-Za-z0-9][\w.-]*)/.exec(word)?.[1] ?? '').toLowerCase().replace(/[-_.]+/g, '-');
}

function isHarmless(command: string): boolean {
  return /^(?:echo|printf|ls|pwd|date|true|:|set|whoami|sleep|test(?![ \t]+(?:![ \t]+)?-[defrswx]\b)|export[ \t]+PATH=.*|(?:python3?|pip3?|uv|twine|poetry|hatch|flit|pdm)[ \t]+(?:-V|--version))(?:\s|$)/.test(
    command,
  );
}

/** Images that are known to lack git, from which the version has to come. */
export function lacksGit(image: string): boolean {
  return (
    /(-slim|-alpine|:alpine|:slim)\b/.test(image) || /^ghcr\.io\/astral-sh\/uv(:[\d.]+|:latest)?$/.test(image)
  );
}
