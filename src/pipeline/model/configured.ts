import { posix } from 'node:path';
import { getToml, isTable, type TomlTable, type TomlValue, tomlIn } from '../../text/toml/document.ts';
import { insideProject } from '../recognise/commands.ts';
import type { Command } from './commands.ts';
import type { ReadFile } from './types.ts';
import { optionOf } from './upload-tools.ts';

/** An index that a tool knows by name, as far as the files show. */
export interface Configured {
  address: string | undefined;
  secret: string | undefined;
}

interface Around {
  command: Command;
  /** The job's earlier commands. */
  earlier: Command[];
  variables: Record<string, string>;
}

/** Indexes configured for a tool: by commands before an upload, by variables, and by files in the checkout. */
export function repositoriesOf(tool: string, around: Around, readFile: ReadFile): Map<string, Configured> {
  const found = new Map<string, Configured>();
  const add = (name: string, part: Partial<Configured>) => {
    const before = found.get(name) ?? { address: undefined, secret: undefined };
    found.set(name, { ...before, ...part });
  };
  const folder = around.command.directory ?? '.';
  if (tool === 'uv') ofUv(tableIn(posix.join(folder, 'pyproject.toml'), readFile), add);
  if (tool === 'hatch') ofHatch(tableIn(posix.join(folder, 'pyproject.toml'), readFile), add);
  if (tool === 'poetry') ofPoetry(tableIn(posix.join(folder, 'poetry.toml'), readFile), around, add);
  if (tool === 'poetry' || tool === 'pdm') byCommands(tool, around.earlier, add);
  if (/^(?:twine|flit|maturin|setup\.py)$/.test(tool)) ofPypirc(around, readFile, add);
  return found;
}

type Add = (name: string, part: Partial<Configured>) => void;

const tableIn = (path: string, readFile: ReadFile): TomlTable => tomlIn(readFile(path) ?? '') ?? {};

const text = (value: TomlValue | undefined) => (typeof value === 'string' ? value : undefined);

/** `[[tool.uv.index]]`; `''` is the default index for publishing. */
function ofUv(data: TomlTable, add: Add): void {
  const usual = text(getToml(data, 'tool', 'uv', 'publish-url'));
  if (usual !== undefined) add('', { address: usual });
  const indexes = getToml(data, 'tool', 'uv', 'index');
  for (const index of Array.isArray(indexes) ? indexes : []) {
    if (!isTable(index)) continue;
    const name = text(index.name);
    if (name !== undefined) add(name, { address: text(index['publish-url']) ?? text(index.url) });
  }
}

/** https://hatch.pypa.io/latest/plugins/publisher/package-index/ */
function ofHatch(data: TomlTable, add: Add): void {
  const repositories = getToml(data, 'tool', 'hatch', 'publish', 'index', 'repos');
  for (const [name, value] of Object.entries(isTable(repositories) ? repositories : {}))
    add(name, { address: text(value) ?? (isTable(value) ? text(value.url) : undefined) });
}

/** https://python-poetry.org/docs/repositories/#publishable-repositories */
function ofPoetry(data: TomlTable, { variables, command }: Around, add: Add): void {
  const repositories = getToml(data, 'repositories');
  for (const [name, value] of Object.entries(isTable(repositories) ? repositories : {}))
    add(name, { address: isTable(value) ? text(value.url) : text(value) });
  for (const [key, value] of Object.entries({ ...variables, ...command.exported })) {
    const name = /^POETRY_REPOSITORIES_(\w+)_URL$/.exec(key)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    add(name, { address: value });
    add(name.replace(/_/g, '-'), { address: value });
  }
}

/** `poetry config repositories.x URL`, `pdm config repository.x.url URL`, and their tokens. */
function byCommands(tool: string, earlier: Command[], add: Add): void {
  for (const command of earlier) {
    if (command.tool !== tool || command.verb !== 'config') continue;
    const [key = '', ...values] = command.args.filter((arg) => !arg.startsWith('--'));
    const [, kind = '', name = '', part] = /^([\w-]+)\.([\w-]+)(?:\.(\w+))?$/.exec(key) ?? [];
    if (/^repositor(?:ies|y)$/.test(kind) && (part === undefined || part === 'url'))
      add(name, { address: values[0] });
    else if (kind === 'pypi-token' || part === 'password') add(name, { secret: values[0] });
    else if (kind === 'http-basic') add(name, { secret: values[1] });
  }
}

/** A `.pypirc` written by commands, or one in the checkout that is passed explicitly. */
function ofPypirc({ earlier, command }: Around, readFile: ReadFile, add: Add): void {
  const writing = earlier.filter(
    ({ redirects, words }) =>
      redirects.some(({ target }) => /pypirc/.test(target)) || /pypirc/.test(words.join(' ')),
  );
  const read = [...writing, command].flatMap(({ tool, args, directory = '.' }) => {
    const given = optionOf(args, ['--config-file', '--pypirc']);
    const named =
      tool === 'echo' ? [] : [...args.filter((arg) => /pypirc$/.test(arg)), ...(given ? [given] : [])];
    return named.map((path) => readFile(posix.join(directory, insideProject(path))) ?? '');
  });
  const written = writing.flatMap(({ redirects, words, tool }) => [
    ...redirects.filter(({ operator }) => operator.startsWith('<<')).map(({ target }) => target),
    ...(tool === 'echo' || tool === 'printf' ? [words.slice(1).join('\n')] : []),
  ]);
  const whole = [...new Set(read), ...written].join('\n').replace(/\\n/g, '\n');
  for (const [, name = '', body = ''] of whole.matchAll(/\[([\w.-]+)\]([^[]*)/g)) {
    const address = /^\s*repository\s*[:=]\s*(\S+)/m.exec(body)?.[1];
    const secret = /^\s*password\s*[:=]\s*(\S+)/m.exec(body)?.[1];
    // The section of old, for uploads without a name.
    add(name === 'server-login' ? 'pypi' : name, {
      ...(address === undefined ? {} : { address }),
      ...(secret === undefined ? {} : { secret }),
    });
  }
}
