import { tomlIn } from '../../text/toml/document.ts';
import { type Command, directoryFrom, type Follow, type Followed, type Hole } from './commands.ts';
import { dockerStages } from './dockerfile.ts';
import { callsInPython, noxSessions, taskFunctions } from './python-scripts.ts';
import { hooksInToml, releaseHooks, semanticReleaseFiles, semanticReleaseHooks } from './release-hooks.ts';
import {
  justRecipes,
  makeRecipes,
  npmScripts,
  projectScripts,
  taskfileTasks,
  toxCommands,
} from './task-files.ts';
import { uploadTool } from './upload-tools.ts';

/** The text of a file in the checkout, by its path from the root; undefined if there is none. */
export type Lookup = (path: string) => string | undefined;

type Answer = ReturnType<Follow>;

const nothing: Answer = { programs: [], holes: [] };
const hole = (why: Hole['why']): Answer => ({ programs: [], holes: [why] });
const one = (program: Followed): Answer => ({ programs: [program], holes: [] });

const shells = /^(?:ba|da|z|a|k)?sh$/;
const environments =
  /(?:^|\/)(?:activate|\.?bashrc|\.?profile|\.bash_profile|nvm\.sh|env)$|^(?:\/|~|\$HOME\b)/;

/** Opens scripts, make targets, tox environments and the like in the checkout. */
export function followIn(lookup: Lookup): Follow {
  return (command, variables) => {
    const { tool = '' } = command;
    if (tool === 'source' || tool === '.') return sourced(command, lookup);
    if (shells.test(tool)) return shellScript(command, lookup);
    if (/^(?:docker|podman)$/.test(tool)) return imageBuild(command, lookup);
    if (tool === 'python')
      return pythonScript(
        command,
        command.args.find((word) => !word.startsWith('-')),
        lookup,
      );
    if (tool.includes('/')) return script(command, tool, command.args, lookup);
    const known = Object.hasOwn(taskRunners, tool) ? taskRunners[tool] : undefined;
    return known?.(command, lookup, variables) ?? scriptOfProject(command, lookup) ?? nothing;
  };
}

/** The uploads in the Dockerfile of an image that is built. */
function imageBuild(command: Command, lookup: Lookup): Answer {
  const { verb = '', args, directory = '.' } = command;
  if (verb !== 'build' && !args.includes('build')) return nothing;
  const context = args.at(-1) ?? '.';
  const file = optionOf(args, '-f', '--file') ?? `${context.replace(/\/$/, '')}/Dockerfile`;
  const path = directoryFrom(directory, file, command.exported);
  if (path === undefined) return nothing;
  const all = dockerStages(path, lookup).flatMap(({ commands }) => commands);
  const scripts = all.filter((it) => uploadTool(it) !== undefined).map(({ text }) => text);
  return scripts.length === 0 ? nothing : one({ name: path, scripts });
}

function sourced(command: Command, lookup: Lookup): Answer {
  const path = command.args[0] ?? '';
  if (path === '' || environments.test(path)) return nothing;
  const found = at(command, path, lookup);
  return found ? one({ name: path, scripts: [found.text], sameShell: true }) : hole('script-not-in-checkout');
}

function shellScript(command: Command, lookup: Lookup): Answer {
  if (command.args.some((word) => /^-[a-z]*c$/.test(word))) return nothing;
  const path = command.args.find((word) => !/^[-+]/.test(word));
  const inline = path === undefined ? hereDocument(command) : undefined;
  if (inline !== undefined) return one({ name: 'sh', scripts: [inline] });
  if (path === undefined || path.startsWith('<(')) return nothing;
  return script(command, path, command.args.slice(command.args.indexOf(path) + 1), lookup, true);
}

/** What a command is given to read in the script itself. */
const hereDocument = ({ redirects }: Command): string | undefined =>
  redirects.find(({ operator }) => operator.startsWith('<<'))?.target;

/** A file called by its path; its first line says what it is. */
function script(command: Command, path: string, args: string[], lookup: Lookup, isShell = false): Answer {
  const found = at(command, path, lookup);
  if (!found) return path.startsWith('/') ? nothing : hole('script-not-in-checkout');
  const first = found.text.slice(0, 200).split('\n')[0] ?? '';
  if (/^#!.*python/.test(first) || (!isShell && /\.py$/.test(path))) return inPython(path, found.text);
  if (!isShell && /^#!/.test(first) && !/sh\b/.test(first)) return hole('cannot-be-read');
  return one({ name: path, scripts: [found.text], variables: positional(args) });
}

function pythonScript(command: Command, path: string | undefined, lookup: Lookup): Answer {
  const option = command.args.findIndex((word) => /^-[A-Za-z]*c$/.test(word));
  const inline = option < 0 ? path === undefined && hereDocument(command) : command.args[option + 1];
  if (inline) {
    const scripts = callsInPython(inline);
    return scripts.length > 0 ? one({ name: 'python', scripts }) : nothing;
  }
  if (path === undefined || option >= 0 || !path.endsWith('.py')) return nothing;
  const found = at(command, path, lookup);
  return found ? inPython(path, found.text) : hole('script-not-in-checkout');
}

/** A Python program is a hole unless everything it starts is spelt out in it. */
function inPython(name: string, text: string): Answer {
  const scripts = callsInPython(text);
  const isPlain =
    scripts.length > 0 ||
    !/\b(?:subprocess|os\.(?:system|exec\w+|popen)|twine|requests|httpx|urllib)\b/.test(text);
  return {
    programs: scripts.length > 0 ? [{ name, scripts }] : [],
    holes: isPlain ? [] : ['cannot-be-read'],
  };
}

/** The arguments of a script; those that are not given are empty. */
const positional = (args: string[]) =>
  Object.fromEntries(
    Array.from({ length: Math.max(9, args.length) }, (_, index) => [String(index + 1), args[index] ?? '']),
  );

function at(command: Command, path: string, lookup: Lookup): { path: string; text: string } | undefined {
  const resolved = directoryFrom(command.directory, path, command.exported);
  const text = resolved === undefined ? undefined : lookup(resolved);
  return resolved === undefined || text === undefined || text.includes('\0')
    ? undefined
    : { path: resolved, text };
}

type TaskRunner = (command: Command, lookup: Lookup, variables: Record<string, string>) => Answer | undefined;

/** Programs that run tasks from a file in the project. */
const taskRunners: Record<string, TaskRunner> = {
  make: (command, lookup, variables) => {
    const { exported, assignments } = command;
    const environment = { ...variables, ...exported, ...assignments };
    const directory = optionOf(command.args, '-C', '--directory');
    const file = optionOf(command.args, '-f', '--file', '--makefile');
    const place = inDirectory(command, directory);
    const files = file === undefined ? ['GNUmakefile', 'makefile', 'Makefile'] : [file];
    return tasks(place, files, lookup, (text) =>
      makeRecipes(text, operands(command.args, '-C', '-f', '-j', '-I'), {
        given: givenVariables(command.args),
        environment,
      }),
    );
  },
  nox: (command, lookup) => {
    const wanted = optionsOf(command.args, '-s', '-e', '--session', '--sessions');
    const file = optionOf(command.args, '-f', '--noxfile') ?? 'noxfile.py';
    return tasks(command, [file], lookup, (text) => noxSessions(text, wanted));
  },
  tox: (command, lookup) => {
    const wanted = optionsOf(command.args, '-e', '-m').flatMap((word) => word.split(','));
    const env = command.assignments.TOXENV ?? command.exported.TOXENV;
    const names = wanted.length > 0 ? wanted : (env?.split(',') ?? []);
    return tasks(command, ['tox.ini', 'setup.cfg', 'pyproject.toml', 'tox.toml'], lookup, (text, file) =>
      toxCommands(text, file, names),
    );
  },
  just: (command, lookup) =>
    tasks(
      command,
      [optionOf(command.args, '-f', '--justfile') ?? 'justfile', 'Justfile', '.justfile'],
      lookup,
      (text) =>
        justRecipes(
          text,
          operands(command.args, '-f', '--justfile', '-d', '--working-directory').slice(0, 1),
        ),
    ),
  task: (command, lookup) =>
    tasks(command, ['Taskfile.yml', 'Taskfile.yaml', 'taskfile.yml'], lookup, (text) =>
      taskfileTasks(text, operands(command.args, '-t', '-d')),
    ),
  invoke: (command, lookup) =>
    tasks(command, ['tasks.py'], lookup, (text) => taskFunctions(text, operands(command.args))),
  npm: (command, lookup) => nodeScript(command, lookup),
  yarn: (command, lookup) => nodeScript(command, lookup),
  pnpm: (command, lookup) => nodeScript(command, lookup),
  'semantic-release': (command, lookup) => releaseTool(command, lookup),
  cz: (command, lookup) => releaseTool(command, lookup),
  'bump-my-version': (command, lookup) => releaseTool(command, lookup),
  poe: (command, lookup) => projectTask(command, lookup, 'poe', operands(command.args)[0]),
};

function nodeScript(command: Command, lookup: Lookup): Answer | undefined {
  const { tool, verb = '', args } = command;
  const isRun = /^(?:run|run-script|test)$/.test(verb);
  const name = isRun && verb !== 'test' ? args[0] : verb;
  if (name === undefined || name === 'publish') return undefined;
  const found = tasks(command, ['package.json'], lookup, (text) => npmScripts(text, name));
  if (isRun || (tool !== 'npm' && found.programs.length > 0)) return found;
  // yarn and pnpm also run what is installed.
  return tool !== 'npm' && name === 'semantic-release'
    ? releaseTool({ ...command, tool: name, verb: args[0] }, lookup)
    : undefined;
}

/** What a release tool runs by its configuration; a semantic-release without a verb is that of Node.js. */
function releaseTool(command: Command, lookup: Lookup): Answer {
  const { tool = '', verb = '', args } = command;
  if (args.some((arg) => /^(?:--dry-run|-d|--noop|--skip-build)$/.test(arg))) return nothing;
  const hooks = /^(?:bump|version|publish)$/.test(verb) ? releaseHooks[tool] : undefined;
  const found =
    hooks !== undefined
      ? tasks(command, hooks.files, lookup, (text) => hooksInToml(text, hooks.table, hooks.keys))
      : tasks(command, tool === 'semantic-release' ? semanticReleaseFiles : [], lookup, semanticReleaseHooks);
  return { ...found, holes: [] };
}

/** `pdm run ship` and `pipenv run ship`, where `ship` is a script in pyproject.toml or the Pipfile. */
function scriptOfProject(command: Command, lookup: Lookup): Answer | undefined {
  const runner = /^(pdm|hatch|rye|pixi|pipenv) run\b/.exec(command.runners.at(-1) ?? '')?.[1];
  const pdm = command.tool === 'pdm' && /^[a-z][\w-]*$/.test(command.verb ?? '') ? command.verb : undefined;
  if (runner === undefined && pdm === undefined) return undefined;
  return projectTask(command, lookup, runner ?? 'pdm', runner === undefined ? pdm : command.tool) ?? nothing;
}

function projectTask(
  command: Command,
  lookup: Lookup,
  runner: string,
  name: string | undefined,
): Answer | undefined {
  const found = at(command, runner === 'pipenv' ? 'Pipfile' : 'pyproject.toml', lookup);
  if (!found || name === undefined) return undefined;
  const scripts = projectScripts(tomlIn(found.text) ?? {}, runner, name);
  return scripts && one({ name: `${runner}:${name}`, scripts });
}

/** What a task file says about the called tasks; a hole if the file or task is missing. */
function tasks(
  command: Pick<Command, 'directory' | 'exported' | 'tool'>,
  files: string[],
  lookup: Lookup,
  read: (text: string, file: string) => { task: string; scripts: string[] }[] | undefined,
): Answer {
  for (const file of files) {
    const path = directoryFrom(command.directory, file, command.exported);
    const text = path === undefined ? undefined : lookup(path);
    const found = text === undefined ? undefined : read(text, file);
    if (!found) continue;
    const programs = found.map(({ task, scripts }) => ({
      name: `${file}:${task}`,
      scripts,
      ...(command.directory === undefined ? {} : { directory: command.directory }),
    }));
    return { programs, holes: [] };
  }
  return hole('script-not-in-checkout');
}

function inDirectory(command: Command, directory: string | undefined) {
  if (directory === undefined) return command;
  return { ...command, directory: directoryFrom(command.directory, directory, command.exported) };
}

function optionOf(args: string[], ...names: string[]): string | undefined {
  return optionsOf(args, ...names)[0];
}

/** The values of an option: `-s a b`, `--session=a`, `-sa`. */
function optionsOf(args: string[], ...names: string[]): string[] {
  const found: string[] = [];
  for (const [index, word] of args.entries()) {
    if (names.includes(word))
      for (let next = index + 1; next < args.length && !args[next]?.startsWith('-'); next += 1)
        found.push(args[next] ?? '');
    const name = names.find((one) =>
      one.startsWith('--') ? word.startsWith(`${one}=`) : word.startsWith(one),
    );
    if (name !== undefined && word !== name) found.push(word.slice(name.length).replace(/^=/, ''));
  }
  return found;
}

/** The variables that are given as `NAME=value`. */
function givenVariables(args: string[]): Record<string, string> {
  return Object.fromEntries(
    args.flatMap((word) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(word) ?? [];
      return name === undefined ? [] : [[name, value ?? '']];
    }),
  );
}

/** The words that are neither options, nor their values, nor `NAME=value`. */
function operands(args: string[], ...withValue: string[]): string[] {
  return args.filter(
    (word, index) => !/^-|^\w+=|^\d+$/.test(word) && !withValue.includes(args[index - 1] ?? ''),
  );
}
