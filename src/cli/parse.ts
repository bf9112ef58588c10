import { parseArgs } from 'node:util';
import { reasonOf } from '../kernel/errors.ts';
import { type Command, commands, projectCommands } from './commands.ts';
import { didYouMean } from './did-you-mean.ts';
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
  const { asked, ...words } = readWords(positionals);
  const values: Partial<Values> = asked === undefined ? {} : { [asked]: true };
  for (const name of optionNames) readInto(values, name, given[flagOf(name).slice(2)]);
  if (!values.help && !values.version) refuseMisfits(words.command, values);
  return { ...defaults, ...values, ...words };
}

function parse(args: string[]): { given: Record<string, Given | undefined>; positionals: string[] } {
  const options = Object.fromEntries(
    optionNames.map((name) => [flagOf(name).slice(2), parserOption(rows[name])]),
  );
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, allowNegative: true, strict: true });
    return { given: parsed.values, positionals: parsed.positionals };
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_')) throw error;
    const message = reasonOf(error);
    const reason = `${message.split(/\. |\n/)[0]?.replace(/\.$/, '')}.`;
    const [, missing] = /^Option '(?:-\w, )?(--[\w-]+) <value>' argument missing/.exec(message) ?? [];
    if (missing !== undefined) throw usage(`${missing} needs a value.`);
    const typed = /^Unknown option '--?([\w-]+)/.exec(reason)?.[1];
    const dash = /use '(--[\w-]+=-)XYZ'/.exec(message)?.[1];
    throw usage(
      `${reason}${typed === undefined ? '' : didYouMean(`--${typed}`, flags)}`,
      dash === undefined ? undefined : `If the value begins with a dash, write ${dash}...`,
    );
  }
}

const flags = optionNames.flatMap((name) =>
  optionTable[name].kind === 'switch' ? [flagOf(name), flagOf(name, true)] : [flagOf(name)],
);

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

/** The words besides the options: the command, and what follows it; `help` and `version` stand for the options. */
function readWords(
  positionals: string[],
): Pick<Options, 'command' | 'named' | 'topic'> & { asked?: 'help' | 'version' } {
  const [word, ...rest] = positionals;
  if (word === 'version') return { ...readWords(rest), asked: 'version' };
  if (word === 'help') return { ...readWords(rest), asked: 'help' };
  const command = commandOf(word ?? 'setup');
  const [topic, extra] = command === 'explain' ? rest : [undefined, ...rest];
  if (extra !== undefined) throw usage(`'${extra}' is one word too many after '${topic ?? word}'.`);
  return { command, named: word !== undefined, ...(topic === undefined ? {} : { topic }) };
}

function commandOf(word: string): Command {
  const command = commands.find((name) => name === word);
  if (command !== undefined) return command;
  const meant = didYouMean(word, [...commands, 'help', 'version']);
  throw usage(
    `'${word}' is not a command;${meant === '' ? ` the commands are ${commands.join(', ')}.` : meant.toLowerCase()}`,
  );
}

function refuseMisfits(command: Command, values: Partial<Values>): void {
  for (const name of optionNames) {
    const { commands: its = projectCommands } = rows[name];
    if (values[name] === undefined || its.includes(command)) continue;
    const names = its.map((it) => `'${it}'`).join(' and ');
    throw usage(`${flagOf(name)} belongs to the command${its.length === 1 ? '' : 's'} ${names}.`);
  }
  // A resumed demo already has its world.
  if (values.as !== undefined && values.directory !== undefined)
    throw usage('--as starts a new demo and --directory continues an earlier one; give only one of them.');
  if (values.quiet && values.verbose) throw usage('--quiet and --verbose contradict each other.');
  if (values.wait && values.dryRun)
    throw usage('--dry-run changes nothing, so there is nothing to --wait for; give one of them.');
  refuseSilentQuestions(command, values);
}

function refuseSilentQuestions(command: Command, { json, quiet, yes, dryRun }: Partial<Values>): void {
  if (command === 'check' || command === 'explain' || !(json || quiet) || yes || dryRun) return;
  throw usage(
    `${command} ${json ? '--json' : '--quiet'} asks nothing, so it must be told to go ahead.`,
    'Add --yes to apply, or --dry-run to only see the plan.',
  );
}
