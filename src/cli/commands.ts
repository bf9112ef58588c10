import { keysOf } from '../kernel/keys-of.ts';

/** A command as `--help` shows it. */
interface CommandHelp {
  /** One line in the list of commands. */
  summary: string;
  /** What it does, for its own help. */
  about: string;
  /** What follows the command: `[ID]`. */
  operand?: string;
  examples: [line: string, what: string][];
}

/** The commands, with their texts in `--help`. */
export const commandTable = {
  setup: {
    summary: 'set up publishing, or repair it (the default)',
    about:
      'Looks at your Python project and its GitLab project, asks what only you can know, shows every change, and applies them after you confirm. Run it again at any time: what is still right is left alone.',
    examples: [
      ['gitlab-to-pypi', 'the wizard'],
      ['gitlab-to-pypi --dry-run', 'only show the plan and the diffs'],
      ['gitlab-to-pypi --route protected --approver @ana --yes', 'no questions'],
    ],
  },
  check: {
    summary: 'what passes and what does not; changes nothing',
    about:
      'Runs every check and changes nothing. A token that can only read is enough (scope read_api), so it can run as a scheduled job. Exits with 1 if something is missing, differs or cannot be read.',
    examples: [
      ['gitlab-to-pypi check', 'what passes, what does not'],
      ['gitlab-to-pypi check --json --quiet | jq .summary', 'for scripts'],
    ],
  },
  explain: {
    summary: 'what a check or an error means, and how to fix it by hand',
    about: 'Explains a check or an error code, with the steps to take by hand. Without an ID it lists them.',
    operand: '[ID]',
    examples: [
      ['gitlab-to-pypi explain protected-tags', 'a check'],
      ['gitlab-to-pypi explain role-too-low', 'the code of an error'],
    ],
  },
  demo: {
    summary: 'try it on a built-in GitLab and PyPI: no account, no network',
    about:
      'Runs the wizard against a built-in GitLab and PyPI, on a made-up project in a temporary folder. Nothing leaves this machine.',
    examples: [
      ['gitlab-to-pypi demo', 'a team on Premium'],
      ['gitlab-to-pypi demo --as solo', 'a solo maintainer on the Free tier'],
    ],
  },
} satisfies Record<string, CommandHelp>;

export type Command = keyof typeof commandTable;

export const commands = keysOf(commandTable);

/** The texts of one command. */
export const helpOf = (command: Command): CommandHelp => commandTable[command];

/** The commands that work on a project. */
export const projectCommands: readonly Command[] = ['setup', 'check', 'demo'];
