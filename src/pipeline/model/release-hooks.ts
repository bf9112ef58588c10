import { posix } from 'node:path';
import { getToml, isUnreadable, parseToml } from '../../text/toml/document.ts';
import { lines } from '../recognise/jobs.ts';
import type { Command, Followed } from './commands.ts';
import { parsed } from './includes.ts';
import type { ReadFile } from './types.ts';

/** What a release tool runs, as its configuration in the checkout says; undefined if that is nothing. */
export function releaseHooks(
  { tool = '', verb = '', args, directory = '.' }: Pick<Command, 'tool' | 'verb' | 'args' | 'directory'>,
  lookup: ReadFile,
): Followed[] | undefined {
  if (args.some((arg) => /^(?:--dry-run|-d|--noop|--skip-build)$/.test(arg))) return undefined;
  const read = (name: string) => lookup(posix.join(directory, name));
  const isJs = tool === 'semantic-release' && !/^(?:version|publish|changelog)$/.test(verb);
  const found = isJs ? ofSemanticRelease(read) : inToml(`${tool} ${verb}`, read);
  return found.length === 0 ? undefined : found.map((it) => ({ ...it, directory }));
}

/** https://semantic-release.gitbook.io/semantic-release/usage/configuration#configuration-file */
const configurations = [
  'package.json',
  ...['', '.json', '.yaml', '.yml', '.js', '.cjs', '.mjs'].map((end) => `.releaserc${end}`),
  ...['.js', '.cjs', '.mjs'].map((end) => `release.config${end}`),
];

/** The text of a string follows, as JSON and JavaScript write it. */
const literal = /\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/;
const command = new RegExp(
  `\\b((?:verify\\w*|prepare|publish|addChannel|success)Cmd|cmd)["']?${literal.source}`,
  'g',
);

/**
 * The commands of `@semantic-release/exec`, and what `semantic-release-pypi` runs; programs are searched as text.
 * https://github.com/semantic-release/exec, https://github.com/abichinger/semantic-release-pypi
 */
function ofSemanticRelease(read: ReadFile): Followed[] {
  for (const name of configurations) {
    const text = read(name) ?? '';
    const isYaml = /^\.releaserc(?:\.ya?ml)?$/.test(name) && !text.trimStart().startsWith('{');
    const data = isYaml ? JSON.stringify(parsed(text) ?? {}) : text;
    const hooks = [...data.matchAll(command)].map(([, key = '', ...texts]) => ({
      name: `${name}:${key}`,
      scripts: [shellIn(texts.find((it) => it !== undefined) ?? '')],
    }));
    if (/["'`]semantic-release-pypi["'`]/.test(data) && !/\bpypiPublish["']?\s*:\s*false/.test(data)) {
      const address = new RegExp(`repoUrl["']?${literal.source}`).exec(data)?.slice(1).find(Boolean);
      const to = address === undefined ? '' : ` --repository-url ${address}`;
      const upload = `twine upload${to} -u __token__ -p $PYPI_TOKEN dist/*`;
      hooks.push({ name: `${name}:semantic-release-pypi`, scripts: ['python -m build', upload] });
    }
    if (hooks.length > 0) return hooks;
  }
  return [];
}

/** A template for the shell: its expressions are known when it runs. */
function shellIn(text: string): string {
  return text
    .replace(/\\n/g, '\n')
    .replace(/\\(.)/g, '$1')
    .replace(/\$\{\s*process\.env\.(\w+)\s*\}/g, '$$$1')
    .replace(/\$\{[^}]*\}|<%[^%]*%>/g, '$$RELEASE');
}

/** The tables of tools, and the keys of their commands. */
const tables: Record<string, { files: string[]; table: string; keys: string[] }> = {
  'cz bump': {
    files: ['pyproject.toml', '.cz.toml', 'cz.toml'],
    table: 'commitizen',
    keys: ['pre_bump_hooks', 'post_bump_hooks'],
  },
  'bump-my-version bump': {
    files: ['.bumpversion.toml', 'pyproject.toml'],
    table: 'bumpversion',
    keys: ['setup_hooks', 'pre_commit_hooks', 'post_commit_hooks'],
  },
  'semantic-release version': {
    files: ['pyproject.toml', 'releaserc.toml'],
    table: 'semantic_release',
    keys: ['build_command'],
  },
};

function inToml(called: string, read: ReadFile): Followed[] {
  const { files = [], table = '', keys = [] } = tables[called.replace(/ publish$/, ' version')] ?? {};
  return files.flatMap((name) =>
    keys.flatMap((key) => {
      const value = valueIn(read(name) ?? '', table, key);
      const scripts = lines(value as never);
      return scripts.length === 0 ? [] : [{ name: `${name}:${key}`, scripts }];
    }),
  );
}

function valueIn(text: string, table: string, key: string) {
  try {
    const { data } = parseToml(text);
    return getToml(data, 'tool', table, key) ?? getToml(data, table, key);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    // Whoever edits that file reports what is wrong with it.
    return undefined;
  }
}
