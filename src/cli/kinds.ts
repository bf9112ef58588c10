import { UserError } from '../kernel/errors.ts';
import { type Command, projectCommands } from './commands.ts';

/** What the parser yields for an option: text, `false` for a switch turned off, a list for a repeatable one. */
export type Given = string | boolean | (string | boolean)[];

/** A row in the table of options. */
export interface Option<T> extends Described {
  kind: 'switch' | 'value' | 'list';
  /** Placeholder for the value in `--help`. */
  word?: string;
  /** Throws a `UserError` with the code `usage` for an invalid value; `flag` is the option as typed. */
  read: (given: Given, flag: string) => T;
}

/** Description of an option. */
interface Described {
  help: string;
  short?: string;
  /** The commands it belongs to; all that work on a project if absent. */
  commands?: readonly Command[];
  /** A switch that is on unless `--no-<name>` is given. */
  onByDefault?: true;
}

/** Whether an option belongs to a command. */
export const takesOption = (
  { commands: its = projectCommands }: Pick<Option<unknown>, 'commands'>,
  command: Command,
) => its.includes(command);

/** An option that answers one of the wizard's questions. */
export interface WizardQuestion {
  question: string;
  /** Why it matters, in one short sentence next to the question; undefined where its answers say so. */
  why: string | undefined;
}

/** A switch: `--json`, `--no-open`. */
export const toggle = <D extends Described>(about: D): Option<boolean> & D => ({
  kind: 'switch',
  read: (given) => given === true,
  ...about,
});

/** An option with a value; `convert` validates and converts the text. */
export const value = <T, D extends Described>(
  word: string,
  about: D,
  convert: (text: string, flag: string) => T,
): Option<T> & D => ({
  kind: 'value',
  word,
  read: (given, flag) => convert(nonEmpty(String(given), flag), flag),
  ...about,
});

export const text = <D extends Described>(word: string, about: D): Option<string> & D =>
  value(word, about, (given) => given);

/** One of a few words. */
export const oneOf = <T extends string, D extends Described>(
  word: string,
  allowed: readonly T[],
  about: D,
): Option<T> & D =>
  value(word, about, (given, flag) => {
    const found = allowed.find((it) => it === given);
    if (found === undefined) throw usage(`${flag} takes ${orText(allowed)}, not '${given}'.`);
    return found;
  });

/** 'a, b or c' */
export const orText = (words: readonly string[]) => words.join(', ').replace(/, ([^,]*)$/, ' or $1');

/** A whole number from 0 to 99. */
export const count = <D extends Described>(word: string, about: D): Option<number> & D =>
  value(word, about, (given, flag) => {
    if (!/^\d{1,2}$/.test(given)) throw usage(`${flag} takes a whole number from 0 to 99, not '${given}'.`);
    return Number(given);
  });

/** The base URL of a server, without a trailing slash. */
export const url = <D extends Described>(about: D): Option<string> & D =>
  value('URL', about, (given, flag) => {
    const parsed = URL.canParse(given) ? new URL(given) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.search || parsed.hash)
      throw usage(`${flag} takes a URL such as https://gitlab.example.com, not '${given}'.`);
    if (parsed.username || parsed.password)
      throw usage(`${flag} holds a user name or password, and no secret belongs on the command line.`);
    return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
  });

/** A repeatable option. */
export const list = <D extends Described>(word: string, about: D): Option<string[]> & D => ({
  kind: 'list',
  word,
  read: (given) => [given].flat().map(String),
  ...about,
});

/** A file to write, with its kind. */
export interface ReportFile<Kind> {
  kind: Kind;
  path: string;
}

/** A repeatable `KIND=FILE`. */
export const reports = <Kind extends string, D extends Described>(
  word: string,
  kinds: readonly Kind[],
  about: D,
): Option<ReportFile<Kind>[]> & D => ({
  kind: 'list',
  word,
  read: (given, flag) =>
    [given].flat().map((it) => {
      const [name = '', ...path] = String(it).split('=');
      const kind = kinds.find((known) => known === name);
      if (kind !== undefined && path.join('=').trim() !== '') return { kind, path: path.join('=') };
      throw usage(`${flag} takes ${kinds.map((known) => `${known}=FILE`).join(' or ')}, not '${it}'.`);
    }),
  ...about,
});

/** Bad usage, as a full sentence about what was typed. */
export function usage(
  message: string,
  hint = "Run 'npx gitlab-to-pypi --help' for the commands and options.",
): UserError {
  return new UserError('usage', message, hint);
}

function nonEmpty(given: string, flag: string): string {
  if (given.trim() === '') throw usage(`${flag} is empty.`);
  return given;
}
