import { UserError } from '../kernel/errors.ts';
import { getToml, isTable } from '../text/toml/document.ts';
import { readToml } from './python-project.ts';

/** Where a version-bumping tool is configured. */
export interface BumpConfiguration {
  tool: 'cz' | 'bump-my-version' | 'bumpversion' | 'bumpver' | 'tbump' | 'semantic-release';
  file: string;
  line: number;
  text: string;
  /** Whether the tool fails once the written version is gone. */
  breaks: boolean;
  /** A version provider of commitizen, which can be changed to `scm`. */
  isProvider: boolean;
}

/**
 * commitizen providers that read the project's version:
 * https://commitizen-tools.github.io/commitizen/config/version_provider/
 */
const projectProviders = new Set(['pep621', 'poetry', 'uv']);

/** Configurations of version-bumping tools, in pyproject.toml and in their own files. */
export function bumpConfigurations(
  lookup: (path: string) => string | undefined,
  directory: string,
): BumpConfiguration[] {
  const inFolder = (name: string) => (directory === '.' ? name : `${directory}/${name}`);
  return files.flatMap(({ name, find }) => {
    const file = inFolder(name);
    const text = lookup(file);
    return text === undefined ? [] : find(text).map((one) => ({ ...one, file }));
  });
}

type Found = Omit<BumpConfiguration, 'file'>;

const files: { name: string; find: (text: string) => Found[] }[] = [
  { name: 'pyproject.toml', find: inPyproject },
  { name: '.cz.toml', find: inPyproject },
  { name: 'cz.toml', find: inPyproject },
  { name: '.bumpversion.toml', find: inPyproject },
  { name: '.bumpversion.cfg', find: inIni },
  { name: 'setup.cfg', find: inIni },
  { name: 'tbump.toml', find: (text) => [found(text, 'tbump', /\[version\]|current/, namesProject(text))] },
  { name: 'bumpver.toml', find: (text) => [found(text, 'bumpver', /\[bumpver\]/, namesProject(text))] },
];

/** Whether a configuration names a project file in which it would no longer find the version. */
const namesProject = (text: string) => /pyproject\.toml|setup\.(?:py|cfg)/.test(text);

function found(
  text: string,
  tool: BumpConfiguration['tool'],
  at: RegExp,
  breaks: boolean,
  isProvider = false,
): Found {
  const lines = text.split('\n');
  const index = Math.max(
    0,
    lines.findIndex((line) => at.test(line)),
  );
  return { tool, line: index + 1, text: (lines[index] ?? '').trim(), breaks, isProvider };
}

function inPyproject(text: string): Found[] {
  const data = toml(text);
  const tools: Found[] = [];
  const commitizen = getToml(data, 'tool', 'commitizen');
  if (isTable(commitizen)) {
    const provider = commitizen.version_provider;
    const reads = typeof provider === 'string' && projectProviders.has(provider);
    const names = JSON.stringify(commitizen.version_files ?? []);
    const at = reads ? /^\s*version_provider/ : /^\[tool\.commitizen\]/;
    tools.push(found(text, 'cz', at, reads || namesProject(names), reads));
  }
  const bump = getToml(data, 'tool', 'bumpversion');
  if (isTable(bump)) {
    const own = typeof bump.current_version === 'string';
    const breaks = !own || namesProject(JSON.stringify(bump.files ?? []));
    tools.push(found(text, 'bump-my-version', /^\[tool\.bumpversion\]/, breaks));
  }
  const bumpver = getToml(data, 'tool', 'bumpver');
  if (isTable(bumpver))
    tools.push(
      found(text, 'bumpver', /^\[tool\.bumpver\]/, namesProject(JSON.stringify(bumpver.file_patterns ?? {}))),
    );
  const tbump = getToml(data, 'tool', 'tbump');
  if (isTable(tbump))
    tools.push(found(text, 'tbump', /^\[tool\.tbump/, namesProject(JSON.stringify(tbump.file ?? []))));
  // works without version_toml, and still tags
  if (isTable(getToml(data, 'tool', 'semantic_release')))
    tools.push(found(text, 'semantic-release', /^\[tool\.semantic_release\]/, false));
  return tools;
}

function inIni(text: string): Found[] {
  if (!/^\[bumpversion\]/m.test(text)) return [];
  return [
    found(
      text,
      'bumpversion',
      /^\[bumpversion\]/,
      /^\[bumpversion:file[^\]]*(?:pyproject\.toml|setup\.(?:py|cfg))/m.test(text),
    ),
  ];
}

function toml(text: string) {
  try {
    return readToml(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {};
  }
}
