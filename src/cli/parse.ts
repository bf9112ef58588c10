import { parseArgs } from 'node:util';
import { reasonOf, UserError } from '../kernel/errors.ts';
import { publishTools, routes } from '../kernel/route.ts';
import {
  type Command,
  commands,
  type DemoWorld,
  demoWorlds,
  type OptionRow,
  type Options,
  optionTable,
} from './options.ts';

type Values = Record<string, string | boolean | string[] | undefined>;

/** Reads the command line. Throws a `UserError` with the code `usage` for anything that is not in the table. */
export function parseCommandLine(args: string[]): Options {
  const { values, positionals } = parse(args);
  const text = (name: string) => nonEmpty(name, values[name] as string | undefined);
  refuseJsonWithQuestions(commandOf(positionals), values);
  return {
    command: commandOf(positionals),
    directory: text('directory') ?? '.',
    ...defined({
      remote: text('remote'),
      gitlabUrl: url('gitlab-url', text('gitlab-url')),
      project: text('project')?.replace(/^\/+|\/+$/g, ''),
      package: text('package'),
      route: oneOf('route', routes, text('route')),
      deployers: values.deployer as string[] | undefined,
      approvers: values.approver as string[] | undefined,
      approvals: count('approvals', text('approvals')),
      selfApproval: values['self-approval'] as boolean | undefined,
      releaseEnvironment: text('release-environment'),
      testEnvironment: text('test-environment'),
      testpypi: values.testpypi as boolean | undefined,
      publishWith: oneOf('publish-with', publishTools, text('publish-with')),
      releaseJob: text('release-job'),
      testJob: text('test-job'),
      buildJobs: values['build-job'] as string[] | undefined,
      as: demoWorld(commandOf(positionals), text('as'), text('directory')),
    }),
    pypiUrl: url('pypi-url', text('pypi-url')) ?? 'https://pypi.org',
    testpypiUrl: url('testpypi-url', text('testpypi-url')) ?? 'https://test.pypi.org',
    yes: values.yes === true,
    dryRun: values['dry-run'] === true,
    json: values.json === true,
    open: values.open !== false,
    verbose: values.verbose === true,
    help: values.help === true,
    version: values.version === true,
  };
}

function parse(args: string[]): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(optionTable.map((row) => [row.name, parserOption(row)]));
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, allowNegative: true, strict: true });
    return { values: parsed.values as Values, positionals: parsed.positionals };
  } catch (error) {
    throw usage(`${reasonOf(error).split('. ')[0]?.replace(/\.$/, '')}.`);
  }
}

function parserOption(row: OptionRow) {
  return {
    type: row.value === undefined ? ('boolean' as const) : ('string' as const),
    ...(row.short === undefined ? {} : { short: row.short }),
    ...(row.repeatable ? { multiple: true } : {}),
  };
}

function commandOf(positionals: string[]): Command {
  const [word = 'setup', extra] = positionals;
  const command = commands.find((name) => name === word);
  if (command === undefined)
    throw usage(`'${word}' is not a command; the commands are ${commands.join(', ')}.`);
  if (extra !== undefined) throw usage(`'${extra}' is one word too many after '${word}'.`);
  return command;
}

function oneOf<T extends string>(
  name: string,
  allowed: readonly T[],
  value: string | undefined,
): T | undefined {
  const found = allowed.find((candidate) => candidate === value);
  if (value !== undefined && found === undefined) {
    throw usage(`--${name} takes ${allowed.join(' or ')}, not '${value}'.`);
  }
  return found;
}

/** A demo that goes on with an earlier one has its world already. */
function demoWorld(
  command: Command,
  value: string | undefined,
  directory: string | undefined,
): DemoWorld | undefined {
  if (value !== undefined && command !== 'demo') throw usage("--as belongs to the command 'demo'.");
  if (value !== undefined && directory !== undefined)
    throw usage('--as begins a new world and --directory goes on with an earlier one; give one of them.');
  return oneOf('as', demoWorlds, value);
}

function refuseJsonWithQuestions(command: Command, { json, yes, 'dry-run': dryRun, help, version }: Values) {
  if (command === 'check' || !json || yes || dryRun || help || version) return;
  throw new UserError(
    'usage',
    `${command} --json asks nothing, so it must be told to go ahead.`,
    'Add --yes to apply, or --dry-run to only see the plan.',
  );
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,2}$/.test(value)) throw usage(`--${name} takes a whole number from 0 to 99, not '${value}'.`);
  return Number(value);
}

function url(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.search || parsed.hash) {
    throw usage(`--${name} takes a URL such as https://gitlab.example.com, not '${value}'.`);
  }
  if (parsed.username || parsed.password) {
    throw usage(`--${name} holds a user name or password, and no secret belongs on the command line.`);
  }
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
}

function nonEmpty(name: string, value: string | undefined): string | undefined {
  if (value?.trim() === '') throw usage(`--${name} is empty.`);
  return value;
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function usage(message: string): UserError {
  return new UserError('usage', message, "Run 'gitlab-to-pypi --help' for the commands and options.");
}
