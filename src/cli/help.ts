import { type OptionRow, optionTable } from './options.ts';

/** The text of `--help`, made from the table of options. */
export function helpText(): string {
  return `gitlab-to-pypi: publish a Python package from GitLab to PyPI without long-lived secrets

Usage:
  gitlab-to-pypi [setup]   look, ask, show the plan, confirm, apply, open the publisher pages, report
  gitlab-to-pypi check     look and compare; change nothing
  gitlab-to-pypi demo      the wizard against an embedded GitLab and PyPI: no account, no network

Options:
${optionTable.map(line).join('\n')}

The GitLab token is read from GITLAB_TOKEN, GITLAB_ACCESS_TOKEN or glab's configuration, else asked for.
It needs the scope api, and the role Maintainer on the project.
The route token needs an API token of each index: from PYPI_TOKEN and TESTPYPI_TOKEN, else asked for.
One request may take 30 seconds, or those of GITLAB_TO_PYPI_TIMEOUT.

Exit codes: 0 all holds or was done, 1 something is to do or failed, 2 bad usage or an unmet precondition,
130 cancelled (143 by SIGTERM).`;
}

function line(row: OptionRow): string {
  const name = row.onByDefault ? `--no-${row.name}` : `--${row.name}`;
  const flag = `${row.short === undefined ? '    ' : `-${row.short}, `}${name}${row.value ? ` ${row.value}` : ''}`;
  return `  ${flag.padEnd(31)}${row.help}${row.repeatable ? '; repeatable' : ''}`;
}
