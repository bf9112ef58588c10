import { isCredentialName, redirectingKeys } from '../../indexes/upload-variables.ts';
import { variablesRead } from '../recognise/shell.ts';
import { programOf } from './runners.ts';
import { parseShell, type Redirect, type ShellNode, ShellSyntaxError } from './tokenize.ts';

/** One simple command of a job, as data. */
export interface Command {
  /** As written in the file. */
  text: string;
  /** Tokenised, without quotes, variables unexpanded: `['twine', 'upload', 'dist/*']`. */
  words: string[];
  /** `NAME=value` in front of it. */
  assignments: Record<string, string>;
  /** What it writes to and reads from; for `<<`, the text of the here-document. */
  redirects: Redirect[];
  /** Stripped runners, outermost first: `['uv run --frozen', 'python -m']`. */
  runners: string[];
  /** What actually runs: `twine`, `uv`, `pip`, `setup.py` ... */
  tool: string | undefined;
  /** `upload`, `build`, `tool install` ...; for tools with verbs. */
  verb: string | undefined;
  args: string[];
  /** The working directory relative to the repository root ('.'); undefined if unknown. */
  directory: string | undefined;
  /**
   * The shell condition around it, as written: parts joined by ` && `. `! { A; }` is the negation of A (`else`, `||`,
   * an earlier guard `if A; then exit; fi`); `for ...` and `case W in P)` are the heads of loops and cases. In `a &&
   * b`, a is a condition of b only if it is a test.
   */
  condition: string | undefined;
  section: Section;
  /** Index in that list. */
  item: number;
  /** Scripts and targets on the way to it: `['./ci/deploy.sh', 'Makefile:publish', 'upload()']`. */
  via: string[];
  /** Variables exported or assigned earlier in the same shell, unexpanded; `1`, `2` ... are the script's arguments. */
  exported: Record<string, string>;
}

export type Section = 'before_script' | 'script' | 'after_script';

/** Something a job runs that we cannot read. */
export interface Hole {
  job: string;
  text: string;
  why:
    | 'script-not-in-checkout'
    | 'cannot-be-read'
    | 'remote-script'
    | 'child-pipeline-not-readable'
    | 'include-not-readable';
}

/** A program in the checkout that a command calls, opened by `Follow`. */
export interface Followed {
  /** `./ci/deploy.sh`, `Makefile:publish` ... */
  name: string;
  /** Shell texts that run one after another in one shell. */
  scripts: string[];
  /** The directory they start in; undefined means the caller's. */
  directory?: string;
  /** Runs in the caller's shell: `source`. */
  sameShell?: boolean;
  /** Variables it starts with. */
  variables?: Record<string, string>;
}

/** What a command calls; empty unless it calls a program of the project. */
export type Follow = (
  command: Command,
  /** The job's. */
  variables: Record<string, string>,
) => { programs: Followed[]; holes: Hole['why'][] };

export interface ScriptsOfJob {
  name: string;
  before_script: readonly string[];
  script: readonly string[];
  after_script: readonly string[];
  /** The job's variables, for `cd $VARIABLE`. */
  variables?: Record<string, string>;
}

const mostCommands = 3000;
const deepestCalls = 8;

/**
 * A job's commands, in order. `before_script` and `script` share a shell, `after_script` has its own:
 * https://docs.gitlab.com/ci/yaml/#after_script
 */
export function commandsOfJob(job: ScriptsOfJob, follow?: Follow): { commands: Command[]; holes: Hole[] } {
  const walk = new Walk(job, follow);
  const shell = newShell();
  walk.items(job.before_script, 'before_script', shell);
  walk.items(job.script, 'script', shell);
  walk.items(job.after_script, 'after_script', newShell());
  return { commands: walk.commands, holes: unique(walk.holes) };
}

/** The state of a shell. */
interface Shell {
  directory: string | undefined;
  before: string | undefined;
  stack: (string | undefined)[];
  exported: Record<string, string>;
  functions: Map<string, ShellNode>;
  /** Conditions that hold from here on: guards that would have ended the script. */
  guards: string[];
  /** The ways that an earlier `if` may have taken, with the variables that each one sets. */
  ways: Way[];
}

/** A way through an earlier `if`. */
interface Way {
  conditions: string[];
  /** Of each variable that one of the ways sets, the value after this one; undefined if it has none. */
  sets: Record<string, string | undefined>;
}

/** Where a node is. */
interface Position {
  section: Section;
  item: number;
  via: string[];
  conditions: string[];
}

function newShell(): Shell {
  return {
    directory: '.',
    before: undefined,
    stack: [],
    exported: {},
    functions: new Map(),
    guards: [],
    ways: [],
  };
}

const copyOf = (shell: Shell): Shell => ({
  ...shell,
  stack: [...shell.stack],
  exported: { ...shell.exported },
  functions: new Map(shell.functions),
  guards: [...shell.guards],
});

class Walk {
  readonly commands: Command[] = [];
  readonly holes: Hole[] = [];

  constructor(
    private readonly job: ScriptsOfJob,
    private readonly follow: Follow | undefined,
  ) {}

  items(items: readonly string[], section: Section, shell: Shell): void {
    for (let item = 0; item < items.length; item += 1) {
      const count = itemsTogether(items, item);
      const text = items.slice(item, item + count).join('\n');
      this.script(text, shell, { section, item, via: [], conditions: [] });
      item += count - 1;
    }
  }

  /** An unparsable text is a hole; its lines are still read one by one, as far as possible. */
  private script(text: string, shell: Shell, place: Position): void {
    const nodes = parsed(text);
    if (nodes) {
      this.list(nodes, shell, place);
      return;
    }
    this.hole(text.split('\n')[0] ?? '', 'cannot-be-read');
    for (const line of text.split('\n').slice(0, mostCommands)) {
      const ones = parsed(line) ?? [];
      this.list(ones, shell, { ...place, conditions: [...place.conditions, 'a script that cannot be read'] });
    }
  }

  private list(nodes: readonly ShellNode[], shell: Shell, place: Position): void {
    for (const node of nodes) this.node(node, shell, place);
  }

  private node(node: ShellNode, shell: Shell, place: Position): void {
    if (this.commands.length >= mostCommands) {
      this.hole('the rest of a very long script', 'cannot-be-read');
      return;
    }
    switch (node.kind) {
      case 'simple':
        this.simple(node, shell, place);
        break;
      case 'not':
        this.node(node.body, shell, place);
        break;
      case 'group':
        this.list(node.body, shell, place);
        break;
      case 'subshell':
        this.list(node.body, copyOf(shell), place);
        break;
      case 'pipe':
        this.pipe(node, shell, place);
        break;
      case 'chain':
        this.chain(node, shell, place);
        break;
      case 'function':
        shell.functions.set(node.name, node.body);
        break;
      case 'loop':
        this.list(node.condition, shell, place);
        this.branch(node.body, shell, within(place, node.head));
        break;
      case 'case':
        this.conditional(asIf(node), shell, place);
        break;
      case 'if':
        this.conditional(node, shell, place);
    }
  }

  private pipe(node: ShellNode & { kind: 'pipe' }, shell: Shell, place: Position): void {
    const programs = node.parts.map((part) => programOf(part.kind === 'simple' ? wordsOf(part) : []));
    const { tool: last = '', args = [] } = programs.at(-1) ?? {};
    const fetches = programs.slice(0, -1).some(({ tool }) => tool === 'curl' || tool === 'wget');
    // `python -c '...'` reads the download as data, not as a program
    const takesProgram =
      args.every((word) => /^-(?:[^c]*|-.*)$/.test(word)) || args.includes('-s') || args.includes('-');
    if (fetches && /^(?:(?:ba|da|z)?sh|python)$/.test(last) && takesProgram && !installer.test(node.text))
      this.hole(node.text, 'remote-script');
    for (const part of node.parts) this.node(part, copyOf(shell), place);
  }

  private chain(node: ShellNode & { kind: 'chain' }, shell: Shell, place: Position): void {
    this.node(node.first, shell, place);
    let conditions: string[] = [];
    let before = node.first;
    const guards: string[] = [];
    const exported = shell.exported;
    const ways: Way[] = [];
    for (const { operator, node: next } of node.rest) {
      if (operator === '||')
        conditions = [...conditions.slice(0, -1), not(textOf(before, conditions.at(-1)))];
      else if (isTest(before)) conditions = [...conditions, before.text];
      if (conditions.length === 0) this.node(next, shell, place);
      else addWay(ways, conditions, this.branch([next], shell, within(place, ...conditions)));
      if (endsScript(next)) guards.push(...conditions.map(opposite));
      before = next;
    }
    const [only, other] = ways;
    if (only && !other) ways.push({ conditions: only.conditions.map(opposite), sets: {} });
    rememberWays(shell, exported, ways);
    shell.guards.push(...guards);
  }

  private conditional(node: ShellNode & { kind: 'if' }, shell: Shell, place: Position): void {
    const earlier: string[] = [];
    const guards: string[] = [];
    const before = shell.exported;
    const ways: Way[] = [];
    for (const { condition, text, body } of node.branches) {
      this.list(condition, shell, within(place, ...earlier));
      const conditions = [...earlier, text];
      ways.push({ conditions, sets: this.branch(body, shell, within(place, ...conditions)) });
      if (body.some(endsScript)) guards.push(not(text));
      earlier.push(not(text));
    }
    const sets = this.branch(node.otherwise, shell, within(place, ...earlier));
    ways.push({ conditions: [...earlier], sets });
    rememberWays(shell, before, ways);
    if (node.otherwise.some(endsScript)) {
      const [only] = node.branches;
      if (node.branches.length === 1 && only) guards.push(only.text);
    }
    shell.guards.push(...guards);
  }

  /**
   * Code that may or may not run: if it changes directory, the directory is unknown afterwards. Returns the variables that
   * it sets.
   */
  private branch(nodes: readonly ShellNode[], shell: Shell, place: Position): Record<string, string> {
    const inner = { ...copyOf(shell), functions: shell.functions };
    const before = { ...shell.exported };
    this.list(nodes, inner, place);
    if (inner.directory !== shell.directory) shell.directory = undefined;
    shell.exported = { ...inner.exported, ...shell.exported };
    return Object.fromEntries(
      Object.entries(inner.exported).filter(([name, value]) => own(before, name) !== value),
    );
  }

  /** The shell in each way that an earlier `if` may have taken, where it set a variable that an upload reads. */
  private waysTo(node: ShellNode, shell: Shell, place: Position): { shell: Shell; place: Position }[] {
    const names = shell.ways.flatMap(({ sets }) => Object.keys(sets));
    const read = variablesRead(node.text);
    const isObeyed = (name: string) => isCredentialName(name) || redirectingKeys.includes(name);
    const differs = names.some((name) => read.includes(name) || isObeyed(name));
    if (!differs || !/publish|upload|release|deploy/.test(node.text)) return [{ shell, place }];
    return shell.ways.map(({ conditions, sets }) => ({
      shell: { ...copyOf(shell), exported: defined({ ...shell.exported, ...sets }), ways: [] },
      place: within(place, ...conditions),
    }));
  }

  private simple(node: ShellNode & { kind: 'simple' }, shell: Shell, place: Position): void {
    const ways = this.waysTo(node, shell, place);
    for (const way of ways) this.simpleIn(node, way.shell, way.place);
  }

  private simpleIn(node: ShellNode & { kind: 'simple' }, shell: Shell, place: Position): void {
    const substitutions = [...node.substitutions, ...node.words.flatMap((word) => word.substitutions)];
    for (const nodes of substitutions) this.list(nodes, copyOf(shell), place);
    const words = wordsOf(node);
    const program = programOf(words);
    const command: Command = {
      text: node.text,
      words,
      assignments: Object.fromEntries([...node.assignments, ...program.assignments]),
      redirects: node.redirects,
      runners: program.runners,
      tool: program.tool,
      verb: program.verb,
      args: program.args,
      directory: shell.directory,
      condition: conditionOf([...shell.guards, ...place.conditions]),
      section: place.section,
      item: place.item,
      via: place.via,
      exported: shell.exported,
    };
    this.commands.push(command);
    const isRemote = substitutions.flat().some((inner) => /^(?:curl|wget)\b/.test(inner.text));
    if (
      isRemote &&
      /^(?:(?:ba|da|z)?sh|source|\.|eval)$/.test(program.tool ?? '') &&
      !installer.test(node.text)
    )
      this.hole(node.text, 'remote-script');
    this.changes(command, node, shell);
    this.calls(command, program.inline, shell, place);
  }

  /** How a command changes the shell that runs it. */
  private changes(command: Command, node: ShellNode & { kind: 'simple' }, shell: Shell): void {
    const { tool, args } = command;
    if (command.words.length === 0) assign(shell, command.assignments);
    if (tool !== undefined && declares.has(tool)) {
      const pairs = args.flatMap((word) => {
        const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? [];
        return name === undefined ? [] : [[name, value] as const];
      });
      assign(shell, Object.fromEntries(pairs));
    }
    if (tool === 'unset')
      shell.exported = Object.fromEntries(
        Object.entries(shell.exported).filter(([name]) => !args.includes(name)),
      );
    if (command.runners.length > 0 || node.words.length === 0) return;
    if (tool === 'cd' || tool === 'pushd') {
      if (tool === 'pushd') shell.stack.push(shell.directory);
      const target = args.find((word) => !/^-[LPe]$|^--$/.test(word));
      const next = target === '-' ? shell.before : this.directoryFrom(shell, target);
      shell.before = shell.directory;
      shell.directory = next;
    }
    if (tool === 'popd') shell.directory = shell.stack.pop();
  }

  private directoryFrom(shell: Shell, target: string | undefined): string | undefined {
    if (target === undefined) return undefined;
    const variables = { ...this.job.variables, ...shell.exported };
    return directoryFrom(shell.directory, target, variables);
  }

  private calls(command: Command, inline: string | undefined, shell: Shell, place: Position): void {
    const { tool } = command;
    if (tool === undefined || place.via.length >= deepestCalls) return;
    if (inline !== undefined && /^[^$`]|\s/.test(inline)) {
      const same = tool === 'eval';
      this.script(inline, same ? shell : copyOf(shell), { ...place, via: [...place.via, tool] });
      return;
    }
    const body = command.runners.length === 0 ? shell.functions.get(tool) : undefined;
    if (body) {
      const name = `${tool}()`;
      if (place.via.includes(name)) return;
      const caller = positionalOf(shell.exported);
      const given = Object.fromEntries(command.args.map((value, index) => [String(index + 1), value]));
      shell.exported = { ...shell.exported, ...given, ...command.assignments };
      this.node(body, shell, { ...place, via: [...place.via, name] });
      shell.exported = { ...shell.exported, ...caller };
      return;
    }
    const { programs, holes } = this.follow?.(command, this.job.variables ?? {}) ?? {
      programs: [],
      holes: [],
    };
    for (const why of holes) this.hole(command.text, why);
    for (const program of programs) {
      if (place.via.includes(program.name)) continue;
      const inner = program.sameShell ? shell : copyOf(shell);
      if (!program.sameShell) inner.functions = new Map();
      if (program.directory !== undefined) inner.directory = program.directory;
      inner.exported = { ...inner.exported, ...program.variables, ...command.assignments };
      for (const text of program.scripts)
        this.script(text, inner, { ...place, via: [...place.via, program.name] });
    }
  }

  private hole(text: string, why: Hole['why']): void {
    if (this.holes.length < 200)
      this.holes.push({ job: this.job.name, text: text.trim().slice(0, 500), why });
  }
}

/** Remembers in which ways variables were set; `before` are those of the shell until then. */
function rememberWays(shell: Shell, before: Record<string, string>, ways: readonly Way[]): void {
  const names = ways.flatMap((way) => Object.keys(way.sets));
  if (names.length === 0) return;
  shell.ways = ways.map((way) => ({
    ...way,
    sets: Object.fromEntries(names.map((name) => [name, way.sets[name] ?? own(before, name)])),
  }));
}

/** Adds what a command behind `&&` or `||` sets to the way on which it runs. */
function addWay(ways: Way[], conditions: string[], sets: Way['sets']): void {
  const key = conditions.join(' && ');
  const known = ways.find((way) => way.conditions.join(' && ') === key);
  if (known === undefined) ways.push({ conditions, sets });
  else known.sets = { ...known.sets, ...sets };
}

/** Sets variables, whatever an `if` has made of them before. */
function assign(shell: Shell, values: Record<string, string>): void {
  shell.exported = { ...shell.exported, ...values };
  shell.ways = shell.ways.map((way) => ({
    ...way,
    sets: Object.fromEntries(Object.entries(way.sets).filter(([name]) => !Object.hasOwn(values, name))),
  }));
}

const defined = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** `$1` ... `$9` are the caller's again. */
function positionalOf(exported: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(exported).filter(([name]) => /^\d$/.test(name)));
}

const declares = new Set(['export', 'declare', 'typeset', 'readonly', 'local']);

/** Installers that install one well-known tool and nothing else. */
const installer =
  /astral\.sh\/uv|install\.python-poetry\.org|pdm-project\.org|rustup\.rs|bootstrap\.pypa\.io|get-poetry|hatch\.pypa\.io|just\.systems|taskfile\.dev|pixi\.sh|rye\.astral\.sh|rye-up\.com|deb\.nodesource\.com/;

/** A `case` as an `if`: the first pattern that matches decides. */
const asIf = ({ branches, text }: ShellNode & { kind: 'case' }): ShellNode & { kind: 'if' } => ({
  kind: 'if',
  branches: branches.map((branch) => ({ condition: [], ...branch })),
  otherwise: [],
  text,
});

const wordsOf = (node: ShellNode & { kind: 'simple' }) => node.words.map((word) => word.value);

/** An `if` may span several items, since GitLab joins them into one script. Returns how many belong together. */
function itemsTogether(items: readonly string[], from: number): number {
  if (parsed(items[from] ?? '')) return 1;
  for (let count = 2; count <= 25 && from + count <= items.length; count += 1)
    if (parsed(items.slice(from, from + count).join('\n'))) return count;
  return 1;
}

/** A text parsed as commands; undefined if it is not shell we can read. */
function parsed(text: string): ShellNode[] | undefined {
  try {
    return parseShell(text);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    return undefined;
  }
}

const within = (place: Position, ...conditions: string[]): Position => ({
  ...place,
  conditions: [...place.conditions, ...conditions],
});

const not = (text: string) => `! { ${text}; }`;

const opposite = (text: string) => /^! \{ (.*); \}$/s.exec(text)?.[1] ?? not(text);

const textOf = (node: ShellNode, before: string | undefined) =>
  before !== undefined && !node.text.includes(before) && isTest(node)
    ? `${before} && ${node.text}`
    : node.text;

function conditionOf(conditions: string[]): string | undefined {
  return conditions.length === 0 ? undefined : [...new Set(conditions)].join(' && ');
}

/** Whether a command tests something rather than doing something. */
function isTest(node: ShellNode): boolean {
  if (node.kind === 'not') return true;
  if (node.kind === 'pipe') return node.parts.at(-1) !== undefined && isTest(node.parts.at(-1) ?? node);
  if (node.kind === 'chain') return isTest(node.first);
  if (node.kind !== 'simple') return false;
  return /^(?:\[|\[\[|\(\(|test|grep|egrep|fgrep|rg|expr|which|type|hash|false|command -v|git (?:diff|show-ref|ls-remote|merge-base|rev-parse))(?:\s|$)/.test(
    node.text,
  );
}

/** Whether it ends the script. */
function endsScript(node: ShellNode): boolean {
  if (node.kind === 'group') return node.body.some(endsScript);
  if (node.kind === 'chain')
    return (
      !isTest(node.first) &&
      node.rest.every(({ operator }) => operator === '&&') &&
      node.rest.some((one) => endsScript(one.node))
    );
  return node.kind === 'simple' && /^(?:exit|return)\b/.test(node.text);
}

/** Where `cd` leads; undefined if unknown or outside the repository. */
export function directoryFrom(
  from: string | undefined,
  target: string,
  variables: Record<string, string> = {},
): string | undefined {
  const known = { ...variables, CI_PROJECT_DIR: '/root-of-the-repository', PWD: '.' };
  let path = target;
  for (let count = 0; count < 5 && path.includes('$'); count += 1)
    path = path.replace(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (whole, braced, plain) => own(known, braced ?? plain) ?? whole,
    );
  if (/[$`*?~\\]/.test(path) || path.length > 4000) return undefined;
  const root = '/root-of-the-repository';
  const inside = path === root || path.startsWith(`${root}/`);
  if (path.startsWith('/') && !inside) return undefined;
  if (!inside && from === undefined) return undefined;
  const parts: string[] = [];
  const whole = inside ? path.slice(root.length) : `${from}/${path}`;
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/') || '.';
}

const own = (variables: Record<string, string>, name: string) =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

function unique(holes: Hole[]): Hole[] {
  const seen = new Map(holes.map((hole) => [`${hole.why} ${hole.text}`, hole]));
  return [...seen.values()];
}
