import { keysOf } from '../kernel/keys-of.ts';
import { type Command, commands, helpOf } from './commands.ts';
import { type Option, takesOption } from './kinds.ts';
import { flagOf, type OptionName, optionGroups } from './options.ts';

const documentation = 'https://www.npmjs.com/package/gitlab-to-pypi';

/**
 * The text of `--help`, for one command or for the program, generated from the tables of commands and options. Folded
 * at `columns`.
 */
export function helpText(command: Command | undefined, columns: number): string {
  const width = Math.min(Math.max(columns, 40), 100);
  return command === undefined ? programHelp(width) : commandHelp(command, width);
}

function programHelp(width: number): string {
  return [
    ...fold(
      'gitlab-to-pypi publishes a Python package from GitLab to PyPI without long-lived secrets.',
      width,
    ),
    '',
    'Usage: gitlab-to-pypi [COMMAND] [OPTIONS]',
    '',
    'Commands:',
    ...commands.flatMap((name) => row(name, helpOf(name).summary, width, 9)),
    '',
    'Examples:',
    ...commands.flatMap((name) => exampleLines(helpOf(name).examples.slice(0, 1), width)),
    '',
    ...groups(() => true, width),
    ...notesFor(undefined).flatMap((note) => ['', ...fold(note, width)]),
  ].join('\n');
}

function commandHelp(command: Command, width: number): string {
  const { about, operand, examples } = helpOf(command);
  const usual = command === 'setup' ? '[setup]' : command;
  return [
    `Usage: gitlab-to-pypi ${[usual, operand, '[OPTIONS]'].filter((it) => it !== undefined).join(' ')}`,
    '',
    ...fold(about, width),
    '',
    'Examples:',
    ...exampleLines(examples, width),
    '',
    ...groups((option) => takesOption(option, command), width),
    ...notesFor(command).flatMap((note) => ['', ...fold(note, width)]),
  ].join('\n');
}

/** What else to know; the demo makes up its own tokens. */
function notesFor(command: Command | undefined): string[] {
  if (command === 'explain') return [];
  const scope = { setup: 'api', check: 'read_api', demo: '' };
  const needed = command === undefined ? 'api (read_api is enough for check)' : scope[command];
  const tokens = [
    `GitLab token: GITLAB_TOKEN, GITLAB_ACCESS_TOKEN or glab's configuration; otherwise you are asked. A token from the environment belongs to gitlab.com, or to the GitLab that GITLAB_HOST or --gitlab-url names. It needs the scope ${needed} and the role Maintainer.`,
    'API tokens of the indexes, for the route token only: PYPI_TOKEN and TESTPYPI_TOKEN; otherwise you are asked.',
  ];
  return [
    ...(command === 'demo' ? [] : command === 'check' ? tokens.slice(0, 1) : tokens),
    'Timeout of a request: 30 seconds, or GITLAB_TO_PYPI_TIMEOUT. Pause between two looks at a pipeline (--wait): 5 seconds at first, or GITLAB_TO_PYPI_POLL.',
    'Exit codes: 0 everything passes or was done; 1 something is left to do, or failed; 2 bad usage or an unmet precondition; 130 cancelled (129, 131, 143 by SIGHUP, SIGQUIT, SIGTERM).',
    `Help for one command: gitlab-to-pypi help check. Documentation: ${documentation}`,
  ];
}

function groups(isShown: (option: Option<unknown>) => boolean, width: number): string[] {
  const shown = keysOf(optionGroups).flatMap((heading) => {
    const rows: { [N in OptionName]?: Option<unknown> } = optionGroups[heading];
    const lines = keysOf(rows).flatMap((name) => {
      const option = rows[name];
      return option !== undefined && isShown(option) ? optionRow(name, option, width) : [];
    });
    return lines.length === 0 ? [] : [[`${heading}:`, ...lines]];
  });
  return shown.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

function optionRow(
  name: OptionName,
  { kind, short, word, help, onByDefault }: Option<unknown>,
  width: number,
): string[] {
  const flag = flagOf(name, onByDefault);
  const typed = `${short === undefined ? '    ' : `-${short}, `}${flag}${word === undefined ? '' : ` ${word}`}`;
  return row(typed, `${help}${kind === 'list' ? '; repeatable' : ''}`, width, 29);
}

function exampleLines(examples: [line: string, what: string][], width: number): string[] {
  return examples.flatMap(([line, what]) => row(line, `# ${what}`, width, 40));
}

/** A term and its text next to it, or below it where it does not fit. */
function row(term: string, text: string, width: number, column: number): string[] {
  const isNarrow = width < column + 35;
  const indent = isNarrow ? 6 : column + 4;
  const [first = '', ...rest] = fold(text, width - indent);
  const pad = ' '.repeat(indent);
  const isBelow = isNarrow || term.length > column;
  const head = isBelow ? [`  ${term}`, `${pad}${first}`] : [`  ${term.padEnd(column)}  ${first}`];
  return [...head, ...rest.map((line) => `${pad}${line}`)];
}

/** Breaks a text between words. */
function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
