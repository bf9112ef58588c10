import { parseArgs } from 'node:util';
import { reasonOf } from '../kernel/errors.ts';
import { type Command, commands } from './commands.ts';
import { type Given, type Option, usage } from './kinds.ts';
import {
  defaults,
  flagOf,
  type OptionName,
  type Options,
  optionNames,
  optionTable,
  type Values,
} from './options.ts';

/** Parses the command line. Throws a `UserError` with the code `usage` for anything not in the table. */
export function parseCommandLine(args: string[]): Options {
  const { given, positionals } = parse(args);
  const command = commandOf(positionals);
  const values: Partial<Values> = {};
  for (const name of optionNames) readInto(values, name, given[flagOf(name).slice(2)]);
  if (!values.help && !values.version) refuseMisfits(command, values);
  return { ...defaults, ...values, command };
}

function parse(args: string[]): { given: Record<string, Given | undefined>; positionals: string[] } {
  const options = Object.fromEntries(
    optionNames.map((name) => [flagOf(name).slice(2), parserOption(rows[name])]),
  );
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, allowNegative: true, strict: true });
    return { given: parsed.values, positionals: parsed.positionals };
  } catch (error) {
    throw usage(`${reasonOf(error).split('. ')[0]?.replace(/\.$/, '')}.`);
  }
}

function parserOption({ kind, short }: Option<unknown>) {
  return {
    type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
    multiple: kind === 'list',
    ...(short === undefined ? {} : { short }),
  };
}

const rows: { [N in OptionName]: Option<Values[N]> } = optionTable;

function readInto<N extends OptionName>(values: Partial<Values>, name: N, given: Given | undefined): void {
  if (given !== undefined) values[name] = rows[name].read(given, flagOf(name));
}

function commandOf(positionals: string[]): Command {
  const [word = 'setup', extra] = positionals;
  const command = commands.find((name) => name === word);
  if (command === undefined)
    throw usage(`'${word}' is not a command; the commands are ${commands.join(', ')}.`);
  if (extra !== undefined) throw usage(`'${extra}' is one word too many after '${word}'.`);
  return command;
}

function refuseMisfits(command: Command, values: Partial<Values>): void {
  for (const name of optionNames) {
    const { commands: its = commands } = rows[name];
    if (values[name] === undefined || its.includes(command)) continue;
    const names = its.map((it) => `'${it}'`).join(' and ');
    throw usage(`${flagOf(name)} belongs to the command${its.length === 1 ? '' : 's'} ${names}.`);
  }
  // A resumed demo already has its world.
  if (values.as !== undefined && values.directory !== undefined)
    throw usage('--as begins a new world and --directory goes on with an earlier one; give one of them.');
  if (values.quiet && values.verbose) throw usage('--quiet and --verbose contradict each other.');
  refuseSilentQuestions(command, values);
}

function refuseSilentQuestions(command: Command, { json, quiet, yes, dryRun }: Partial<Values>): void {
  if (command === 'check' || !(json || quiet) || yes || dryRun) return;
  throw usage(
    `${command} ${json ? '--json' : '--quiet'} asks nothing, so it must be told to go ahead.`,
    'Add --yes to apply, or --dry-run to only see the plan.',
  );
}
