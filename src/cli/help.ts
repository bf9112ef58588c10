import { keysOf } from '../kernel/keys-of.ts';
import { commands, commandTable } from './commands.ts';
import type { Option } from './kinds.ts';
import { flagOf, type OptionName, optionGroups } from './options.ts';

/** The text of `--help`, generated from the tables of commands and options. */
export function helpText(): string {
  return `gitlab-to-pypi: publish a Python package from GitLab to PyPI without long-lived secrets

Usage:
${commands.map(commandLine).join('\n')}

${keysOf(optionGroups).map(groupText).join('\n\n')}

The GitLab token is read from GITLAB_TOKEN, GITLAB_ACCESS_TOKEN or glab's configuration, else asked for.
One from the environment belongs to gitlab.com, else to the GitLab that GITLAB_HOST or --gitlab-url names.
It needs the scope api (read_api for check), and the role Maintainer on the project.
The route token needs an API token of each index: from PYPI_TOKEN and TESTPYPI_TOKEN, else asked for.
One request may take 30 seconds, or those of GITLAB_TO_PYPI_TIMEOUT.

Exit codes: 0 all holds or was done, 1 something is to do or failed, 2 bad usage or an unmet precondition,
130 cancelled (129, 131, 143 by SIGHUP, SIGQUIT, SIGTERM).`;
}

function commandLine(name: (typeof commands)[number]): string {
  const word = name === 'setup' ? '[setup]' : name;
  return `  gitlab-to-pypi ${word.padEnd(9)} ${commandTable[name]}`;
}

function groupText(heading: keyof typeof optionGroups): string {
  const rows: { [N in OptionName]?: Option<unknown> } = optionGroups[heading];
  return [`${heading}:`, ...keysOf(rows).flatMap((name) => rows[name] && optionLine(name, rows[name]))].join(
    '\n',
  );
}

function optionLine(name: OptionName, { kind, short, word, help, onByDefault }: Option<unknown>): string {
  const flag = flagOf(name, onByDefault);
  const typed = `${short === undefined ? '    ' : `-${short}, `}${flag}${word === undefined ? '' : ` ${word}`}`;
  return `  ${typed.padEnd(31)}${help}${kind === 'list' ? '; repeatable' : ''}`;
}
