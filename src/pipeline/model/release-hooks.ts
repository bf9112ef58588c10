import { getToml, tomlIn } from '../../text/toml/document.ts';
import { yamlIn } from '../../text/yaml/document.ts';
import { lines } from '../recognise/jobs.ts';
import type { Task } from './task-files.ts';

/** https://semantic-release.gitbook.io/semantic-release/usage/configuration#configuration-file */
export const semanticReleaseFiles = [
  'package.json',
  ...['', '.json', '.yaml', '.yml', '.js', '.cjs', '.mjs'].map((end) => `.releaserc${end}`),
  ...['.js', '.cjs', '.mjs'].map((end) => `release.config${end}`),
];

/** A string behind a key, as JSON and JavaScript write it. */
const literal = /["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/;
const command = new RegExp(
  `\\b((?:verify\\w*|prepare|publish|addChannel|success)Cmd|cmd)${literal.source}`,
  'g',
);

/**
 * The commands of `@semantic-release/exec`, and what `semantic-release-pypi` runs; programs are searched as text.
 * https://github.com/semantic-release/exec, https://github.com/abichinger/semantic-release-pypi
 */
export function semanticReleaseHooks(text: string, file: string): Task[] | undefined {
  const isYaml = /^\.releaserc(?:\.ya?ml)?$/.test(file) && !text.trimStart().startsWith('{');
  const data = isYaml ? JSON.stringify(yamlIn(text) ?? {}) : text;
  const hooks = [...data.matchAll(command)].map(([, task = '', ...texts]) => ({
    task,
    scripts: [shellIn(texts.find(Boolean) ?? '')],
  }));
  if (/["'`]semantic-release-pypi["'`]/.test(data) && !/\bpypiPublish["']?\s*:\s*false/.test(data)) {
    const address = new RegExp(`repoUrl${literal.source}`).exec(data)?.slice(1).find(Boolean);
    const to = address === undefined ? '' : ` --repository-url ${address}`;
    const upload = `twine upload${to} -u __token__ -p $PYPI_TOKEN dist/*`;
    hooks.push({ task: 'semantic-release-pypi', scripts: ['python -m build', upload] });
  }
  return hooks.length === 0 ? undefined : hooks;
}

/** A template for the shell: its expressions are known when it runs. */
function shellIn(text: string): string {
  return text
    .replace(/\\n/g, '\n')
    .replace(/\\(.)/g, '$1')
    .replace(/\$\{\s*process\.env\.(\w+)\s*\}/g, '$$$1')
    .replace(/\$\{[^}]*\}|<%[^%]*%>/g, '$$RELEASE');
}

/** What other tools run when they make a release, in their tables of TOML files. */
export const releaseHooks: Record<string, { files: string[]; table: string; keys: string[] }> = {
  cz: {
    files: ['pyproject.toml', '.cz.toml', 'cz.toml'],
    table: 'commitizen',
    keys: ['pre_bump_hooks', 'post_bump_hooks'],
  },
  'bump-my-version': {
    files: ['.bumpversion.toml', 'pyproject.toml'],
    table: 'bumpversion',
    keys: ['setup_hooks', 'pre_commit_hooks', 'post_commit_hooks'],
  },
  'semantic-release': { files: ['pyproject.toml'], table: 'semantic_release', keys: ['build_command'] },
};

/** The commands under some keys of a tool's table. */
export function hooksInToml(text: string, table: string, keys: string[]): Task[] | undefined {
  const data = tomlIn(text) ?? {};
  const tasks = keys.map((task) => ({ task, scripts: lines(getToml(data, 'tool', table, task) as never) }));
  const found = tasks.filter(({ scripts }) => scripts.length > 0);
  return found.length === 0 ? undefined : found;
}
