import { ownValue } from '../../kernel/own-value.ts';
import { getToml, isTable, type TomlTable, type TomlValue, tomlIn } from '../../text/toml/document.ts';
import { isYamlTable, type YamlTable, type YamlValue, yamlIn } from '../../text/yaml/document.ts';

/** A task and the shell texts it runs. */
export interface Task {
  task: string;
  scripts: string[];
}

/** A task and its dependencies. */
interface Recipe {
  before: string[];
  lines: string[];
}

const mostTasks = 100;

/** The called tasks with their dependencies, each once and before its dependents. */
function inOrder(recipes: Map<string, Recipe>, wanted: readonly string[]): Task[] {
  const found = new Map<string, Task>();
  const seen = new Set<string>();
  const add = (name: string, depth: number) => {
    const recipe = recipes.get(name);
    if (!recipe || seen.has(name) || depth > 20 || found.size >= mostTasks) return;
    seen.add(name);
    for (const before of recipe.before) add(before, depth + 1);
    found.set(name, { task: name, scripts: recipe.lines });
  };
  for (const name of wanted) add(name, 0);
  return [...found.values()];
}

/**
 * The makefile targets called, with their prerequisites; the first target if none is named. Each line runs in its own
 * shell: https://www.gnu.org/software/make/manual/html_node/Execution.html. Undefined if a target is missing. Variables
 * `given` on the command line win over the file's, those of the `environment` over `?=` alone:
 * https://www.gnu.org/software/make/manual/html_node/Environment.html
 */
export function makeRecipes(
  text: string,
  targets: string[],
  { given, environment }: Record<'given' | 'environment', Record<string, string>>,
): Task[] | undefined {
  const variables: Record<string, string> = { MAKE: 'make', ...given };
  const recipes = new Map<string, Recipe>();
  let current: Recipe[] = [];
  let first: string | undefined;
  for (const line of text.replace(/\\\r?\n[ \t]*/g, ' ').split(/\r?\n/)) {
    if (line.startsWith('\t')) {
      for (const recipe of current) recipe.lines.push(line.trim().replace(/^[-@+\s]+/, ''));
      continue;
    }
    const [, name, operator, value = ''] =
      /^(?:export +|override +)*([\w.-]+) *(::?:?=|\?=|\+=|!=|=) *(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      if (Object.hasOwn(given, name)) continue;
      // Stays a variable of the shell, which has the same value.
      if (operator === '?=' && Object.hasOwn(environment, name)) continue;
      const before = ownValue(variables, name);
      if (operator === '+=' && before !== undefined) variables[name] = `${before} ${value}`;
      else if (operator !== '?=' || before === undefined)
        variables[name] = operator === '!=' ? `$(shell ${value})` : value;
      continue;
    }
    const [, names, needs = '', inline] =
      /^([^\t#=:][^#=:]*?) *::?(?!=) *([^;=#]*)(?:;(.*))?/.exec(line) ?? [];
    if (names === undefined) continue;
    current = expanded(names, variables)
      .split(/\s+/)
      .slice(0, 50)
      .map((target) => {
        const recipe = recipes.get(target) ?? { before: [], lines: [] };
        recipes.set(target, recipe);
        if (!target.startsWith('.')) first ??= target;
        recipe.before.push(
          ...expanded(needs, variables)
            .split(/\s+/)
            .filter((word) => word !== '' && word !== '|'),
        );
        if (inline) recipe.lines.push(inline.trim());
        return recipe;
      });
  }
  const wanted = targets.length > 0 ? targets : first === undefined ? [] : [first];
  if (wanted.length === 0 || !wanted.every((target) => recipes.has(target))) return undefined;
  return inOrder(recipes, wanted).map(({ task, scripts }) => ({
    task,
    scripts: scripts.map((line) => `(\n${expanded(line, { ...variables, '@': task })}\n)`),
  }));
}

/** Expands make variables; `$$` is a literal `$` for the shell. */
function expanded(text: string, variables: Record<string, string>, depth = 0): string {
  return text.replace(/\$(?:\$|[({]([\w.@-]+)[)}]|\(shell ([^()]*)\)|(@))/g, (whole, name, shell, target) => {
    if (whole === '$$') return depth > 0 ? whole : '$';
    if (shell !== undefined) return `$(${shell})`;
    const value = ownValue(variables, name ?? target);
    if (value === undefined || depth > 5 || value.length > 5000) return `\${${name ?? target}}`;
    return expanded(value, variables, depth + 1);
  });
}

/** The justfile recipes called, or the first one if none is named. https://just.systems/man/en/ */
export function justRecipes(text: string, wanted: string[]): Task[] | undefined {
  const recipes = new Map<string, Recipe>();
  let current: Recipe | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line)) current?.lines.push(line.trim().replace(/^[-@]+/, ''));
    const [, name, needs = ''] = /^@?([A-Za-z_][\w-]*)(?:[ \t][^:]*)?:(?!=)\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || /^[ \t]/.test(line)) continue;
    current = { before: needs.replace(/[()&]/g, ' ').split(/\s+/).filter(Boolean), lines: [] };
    recipes.set(name, current);
  }
  const [first] = recipes.keys();
  const names = wanted.length > 0 ? wanted : first === undefined ? [] : [first];
  if (!names.every((name) => recipes.has(name))) return undefined;
  const variable = (name: string) => `$\{${name}}`;
  const value = (line: string) =>
    line.replace(/\{\{\s*(?:(\w+)\s*|[^}]*)\}\}/g, (_, name) => variable(name ?? 'UNKNOWN'));
  return inOrder(recipes, names).map(({ task, scripts }) => ({ task, scripts: scripts.map(value) }));
}

/** The Taskfile tasks called, `default` if none is named. https://taskfile.dev/reference/schema */
export function taskfileTasks(text: string, wanted: string[]): Task[] | undefined {
  const all = yamlIn(text)?.tasks;
  if (!isYamlTable(all)) return undefined;
  const recipes = new Map(
    Object.entries(all).map(([name, value]) => {
      const table: YamlTable = isYamlTable(value) ? value : { cmds: value };
      const cmds = table.cmds ?? table.cmd ?? [];
      const steps = Array.isArray(cmds) ? cmds : [cmds];
      const called = steps.flatMap((step) => (isYamlTable(step) ? taskName(step) : []));
      const deps = Array.isArray(table.deps) ? table.deps.flatMap(taskName) : [];
      return [name, { before: [...deps, ...called], lines: steps.flatMap(commandIn) }];
    }),
  );
  const names = wanted.length > 0 ? wanted : ['default'];
  return names.every((name) => recipes.has(name)) ? inOrder(recipes, names) : undefined;
}

const taskName = (step: YamlValue) =>
  typeof step === 'string' ? [step] : isYamlTable(step) && typeof step.task === 'string' ? [step.task] : [];

const commandIn = (step: YamlValue) =>
  typeof step === 'string' ? [step] : isYamlTable(step) && typeof step.cmd === 'string' ? [step.cmd] : [];

/** A package.json script with its `pre` and `post` scripts. */
export function npmScripts(text: string, name: string): Task[] | undefined {
  let scripts: unknown;
  try {
    scripts = (JSON.parse(text) as { scripts?: unknown } | null)?.scripts;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  if (typeof scripts !== 'object' || scripts === null) return undefined;
  const table = scripts as Record<string, unknown>;
  const found = [`pre${name}`, name, `post${name}`].flatMap((key) => {
    const value = ownValue(table, key);
    return typeof value === 'string' ? [value] : [];
  });
  return typeof ownValue(table, name) === 'string' ? [{ task: name, scripts: found }] : undefined;
}

/** Where runners keep a project's scripts in pyproject.toml, pipenv in the Pipfile. */
const places: Record<string, string[]> = {
  poe: ['tool', 'poe', 'tasks'],
  pdm: ['tool', 'pdm', 'scripts'],
  rye: ['tool', 'rye', 'scripts'],
  pixi: ['tool', 'pixi', 'tasks'],
  pipenv: ['scripts'],
};

/** A script that poe, pdm, hatch, rye, pixi or pipenv would run; undefined if there is none of that name. */
export function projectScripts(data: TomlTable, runner: string, name: string): string[] | undefined {
  const tables =
    runner === 'hatch'
      ? Object.values(tableAt(data, 'tool', 'hatch', 'envs')).map((env) =>
          isTable(env) ? env.scripts : undefined,
        )
      : [getToml(data, ...(places[runner] ?? []))];
  for (const table of tables) {
    if (!isTable(table)) continue;
    const value = ownValue(table, name);
    if (value !== undefined) return scriptsIn(value, table, 0).slice(0, 200);
  }
  return undefined;
}

function scriptsIn(value: TomlValue, all: TomlTable, depth: number): string[] {
  if (depth > 5) return [];
  if (Array.isArray(value)) return value.slice(0, 100).flatMap((one) => scriptsIn(one, all, depth + 1));
  if (typeof value === 'string') {
    const other = ownValue(all, value);
    return other === undefined ? [value] : scriptsIn(other, all, depth + 1);
  }
  if (!isTable(value)) return [];
  const words = value.cmd;
  if (Array.isArray(words)) return [words.filter((word) => typeof word === 'string').join(' ')];
  const keys = ['cmd', 'shell', 'script', 'composite', 'sequence', 'chain', 'ref'];
  return keys.flatMap((key) => {
    const inner = ownValue(value, key);
    return inner === undefined ? [] : scriptsIn(inner, all, depth + 1);
  });
}

const tableAt = (data: TomlTable, ...path: string[]): TomlTable => {
  const value = getToml(data, ...path);
  return isTable(value) ? value : {};
};

type ToxEnv = (key: string) => string[] | undefined;

/**
 * What tox runs in the called environments, all of `env_list` if none is named. tox first installs the project (shown
 * here as `pip install .`), unless `skip_install` or `no_package` is set: https://tox.wiki/en/latest/config.html
 */
export function toxCommands(text: string, file: string, wanted: string[]): Task[] | undefined {
  const read = /\.toml$/.test(file)
    ? toxFromToml(text, file)
    : toxFromIni(text, file === 'setup.cfg' ? 'tox:tox' : 'tox');
  if (!read) return undefined;
  const names = (wanted.length > 0 ? wanted : read.list).filter((name) => name !== '').slice(0, mostTasks);
  return names.map((name) => {
    const env = read.env(name);
    const isSkipped =
      read.noPackage || /^(?:true|skip|1)$/i.test(env('skip_install')?.[0] ?? env('package')?.[0] ?? '');
    const commands = ['commands_pre', 'commands', 'commands_post'].flatMap((key) => env(key) ?? []);
    const scripts = commands.map((line) =>
      line
        .replace(/^[-!]\s*/, '')
        .replace(/\{posargs(?::([^}]*))?\}/g, '$1')
        .replace(/\{(?:toxinidir|tox_root)\}/g, '$CI_PROJECT_DIR')
        .replace(/(["']?)\{env_?python\}\1/g, 'python')
        .replace(/\{env_?bin_?dir\}\//g, '')
        .replace(/\{[^}]*\}/g, '$TOX'),
    );
    return { task: name, scripts: [...(isSkipped ? [] : ['pip install .']), ...scripts] };
  });
}

interface ToxFile {
  list: string[];
  noPackage: boolean;
  env: (name: string) => ToxEnv;
}

function toxFromIni(text: string, main: string): ToxFile | undefined {
  const sections = iniSections(text);
  const options = sections.get(main);
  if (!options && ![...sections.keys()].some((name) => name.startsWith('testenv'))) return undefined;
  const value = (key: string) => options?.get(key)?.[0] ?? '';
  return {
    list: [...(options?.get('envlist') ?? []), ...(options?.get('env_list') ?? [])].flatMap((line) =>
      line.split(/[\s,]+/),
    ),
    noPackage: /^true$/i.test(value('skipsdist')) || /^true$/i.test(value('no_package')),
    env: (name) => (key) =>
      (sections.get(`testenv:${name}`)?.get(key) ?? sections.get('testenv')?.get(key))?.flatMap((line) =>
        forFactors(line, name.split('-')),
      ),
  };
}

/** A line without the factors for which alone it counts: https://tox.wiki/en/latest/config.html#conditional-settings */
function forFactors(line: string, factors: string[]): string[] {
  const [, conditions, rest = ''] = /^(!?[\w.]+(?:[-,]\s*!?[\w.]+)*)\s*:\s+(.*)$/.exec(line) ?? [];
  if (conditions === undefined) return [line];
  const holds = (factor: string) => factors.includes(factor.replace('!', '')) !== factor.startsWith('!');
  return conditions.split(/,\s*/).some((one) => one.split('-').every(holds)) ? [rest] : [];
}

function toxFromToml(text: string, file: string): ToxFile | undefined {
  const data = tomlIn(text);
  if (data === undefined) return undefined;
  const table = file === 'tox.toml' ? data : getToml(data, 'tool', 'tox');
  if (!isTable(table)) return undefined;
  if (typeof table.legacy_tox_ini === 'string') return toxFromIni(table.legacy_tox_ini, 'tox');
  const list = Array.isArray(table.env_list) ? table.env_list.filter((one) => typeof one === 'string') : [];
  const at = (name: string, key: string) =>
    getToml(table, 'env', name, key) ?? getToml(table, 'env_run_base', key);
  return { list, noPackage: table.no_package === true, env: (name) => (key) => linesOf(at(name, key)) };
}

/** tox's commands in TOML are lists of words. */
function linesOf(value: TomlValue | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return [String(value)];
  return value.flatMap((one) =>
    Array.isArray(one)
      ? [one.filter((word) => typeof word === 'string').join(' ')]
      : typeof one === 'string'
        ? [one]
        : [],
  );
}

/** Sections of an ini file, each value as its lines. */
function iniSections(text: string): Map<string, Map<string, string[]>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | undefined;
  let values: string[] | undefined;
  for (const raw of text.replace(/\\\r?\n[ \t]*/g, ' ').split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(raw)?.[1]?.trim();
    const [, key, first = ''] = /^([A-Za-z][\w.-]*)\s*[=:]\s*(.*?)\s*$/.exec(raw) ?? [];
    if (header !== undefined) {
      section = new Map();
      sections.set(header, section);
      values = undefined;
    } else if (key !== undefined) {
      values = first === '' ? [] : [first];
      section?.set(key.toLowerCase(), values);
    } else if (/^[ \t]+[^#;\s]/.test(raw)) values?.push(raw.trim());
  }
  return sections;
}
