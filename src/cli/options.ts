import { type PublishTool, publishTools, type Route, routes } from '../kernel/route.ts';

/** What can be run. */
export const commands = ['setup', 'check', 'demo'] as const;
export type Command = (typeof commands)[number];

/** The worlds that `demo --as` plays, `team-premium` where nothing is said. */
export const demoWorlds = ['solo', 'team-free', 'team-premium', 'self-managed'] as const;
export type DemoWorld = (typeof demoWorlds)[number];

/** A choice of the wizard: it can be asked, changed on the confirmation screen, and given as an option. */
export type ChoiceName =
  | 'route'
  | 'deployer'
  | 'approver'
  | 'approvals'
  | 'self-approval'
  | 'release-environment'
  | 'test-environment'
  | 'testpypi'
  | 'publish-with'
  | 'release-job'
  | 'test-job'
  | 'build-job';

/** One row of the table that the command line, `--help` and the wizard's questions are made from. */
export interface OptionRow {
  name: string;
  short?: string;
  /** The word for its value in `--help`; an option without one is a switch. */
  value?: string;
  repeatable?: true;
  /** The switch is on unless `--no-<name>` is given. */
  onByDefault?: true;
  help: string;
  /** The wizard's question of which this option is the answer. */
  question?: string;
  /** Why it is asked, or what hangs on it, in a short sentence beside the question. */
  why?: string;
}

/** Every option in the order of `--help`. */
export const optionTable: readonly OptionRow[] = [
  { name: 'directory', short: 'C', value: 'DIR', help: 'the Python project (current directory)' },
  {
    name: 'remote',
    value: 'NAME',
    help: 'the git remote that names the GitLab project (the tracked one, else the only one)',
    question: 'Which remote names the GitLab project?',
    why: 'Several could, and the current branch tracks none of them.',
  },
  {
    name: 'gitlab-url',
    value: 'URL',
    help: 'base URL of the GitLab instance (from the remote, or GITLAB_HOST)',
  },
  { name: 'project', value: 'PATH', help: 'the GitLab project, group/sub/project (from the remote)' },
  { name: 'package', value: 'NAME', help: "the name on PyPI (from the project's metadata)" },
  { name: 'pypi-url', value: 'URL', help: 'the index for releases (https://pypi.org)' },
  { name: 'testpypi-url', value: 'URL', help: 'the index for test uploads (https://test.pypi.org)' },
  {
    name: 'route',
    value: 'ROUTE',
    help: `${routes.join(', ').replace(/, (?=\w+$)/, ' or ')} (recommended from the facts)`,
    question: 'How should releases be protected?',
    why: 'The table above says who could publish by each.',
  },
  {
    name: 'deployer',
    value: 'WHO',
    repeatable: true,
    help: 'who may deploy: maintainers, developers, @username, group:full/path (maintainers)',
    question: 'Who may release to PyPI?',
    why: 'Nobody else can start the job that releases.',
  },
  {
    name: 'approver',
    value: 'WHO',
    repeatable: true,
    help: 'who must approve a release (maintainers, where two of them can approve for each other)',
    question: 'Who must approve a release?',
    why: 'With an approval no one person publishes alone; none for no approval.',
  },
  {
    name: 'approvals',
    value: 'N',
    help: 'approvals required (1); 0 for none',
    question: 'How many approvals does a release need?',
    why: 'So many of them must agree, each time.',
  },
  {
    name: 'self-approval',
    help: 'let the one who starts a release approve it (a setting of the project; as it is)',
    question: 'May the one who starts a release approve it too?',
    why: 'It is a setting of the whole project; without it two people see each release.',
  },
  {
    name: 'release-environment',
    value: 'NAME',
    help: 'environment of the releases (release)',
    question: 'What is the environment of the releases called?',
    why: 'PyPI trusts the jobs of this environment alone.',
  },
  {
    name: 'test-environment',
    value: 'NAME',
    help: 'environment of the test uploads (release-test)',
    question: 'What is the environment of the test uploads called?',
    why: 'TestPyPI trusts the jobs of this environment alone.',
  },
  {
    name: 'testpypi',
    onByDefault: true,
    help: 'leave out the TestPyPI half',
    question: 'Upload each push to the default branch to TestPyPI?',
    why: 'So that it shows before a release whether the package can be uploaded.',
  },
  {
    name: 'publish-with',
    value: 'TOOL',
    help: `${publishTools.join(' or ')} (what the project already uses, else uv)`,
    question: 'Which tool uploads to the index?',
    why: 'Both know Trusted Publishers; uv needs nothing installed by pip.',
  },
  {
    name: 'release-job',
    value: 'JOB',
    help: 'the job that publishes releases, where several do',
    question: 'Which job publishes the releases?',
    why: 'Several upload to PyPI, and one of them is to do it as the Trusted Publisher.',
  },
  {
    name: 'test-job',
    value: 'JOB',
    help: 'the job that publishes test uploads, where several do',
    question: 'Which job publishes the test uploads?',
    why: 'Several upload to TestPyPI, and one of them is to do it as the Trusted Publisher.',
  },
  {
    name: 'build-job',
    value: 'JOB',
    repeatable: true,
    help: 'the job that builds what is published, where several do',
    question: 'Which jobs build what is published?',
    why: 'What they leave in dist/ is what is uploaded.',
  },
  {
    name: 'as',
    value: 'WORLD',
    help: `demo: ${demoWorlds.join(', ')} (team-premium)`,
  },
  { name: 'yes', short: 'y', help: 'take each default or recommendation, ask nothing' },
  { name: 'dry-run', help: 'show the plan and the diffs, change nothing' },
  { name: 'json', help: 'one JSON document on stdout; setup wants --yes or --dry-run with it' },
  { name: 'open', onByDefault: true, help: "print the pages' addresses instead of opening a browser" },
  { name: 'verbose', help: 'log each request to stderr: method, path, status, time' },
  { name: 'help', short: 'h', help: 'show this help' },
  { name: 'version', short: 'v', help: 'show the version' },
];

/** The question that an option answers, and in a second line why it is asked. */
export function questionOf(name: ChoiceName | 'remote'): string {
  const row = optionTable.find((it) => it.name === name);
  return [row?.question ?? name, ...(row?.why ? [row.why] : [])].join('\n');
}

/** The command line as the program uses it. */
export interface Options {
  command: Command;
  directory: string;
  remote?: string;
  gitlabUrl?: string;
  project?: string;
  package?: string;
  pypiUrl: string;
  testpypiUrl: string;
  route?: Route;
  deployers?: string[];
  approvers?: string[];
  approvals?: number;
  /** Undefined where the command line does not say. */
  selfApproval?: boolean;
  releaseEnvironment?: string;
  testEnvironment?: string;
  /** Undefined where the command line does not say. */
  testpypi?: boolean;
  publishWith?: PublishTool;
  releaseJob?: string;
  testJob?: string;
  buildJobs?: string[];
  /** Only with `demo`. */
  as?: DemoWorld;
  yes: boolean;
  dryRun: boolean;
  json: boolean;
  open: boolean;
  verbose: boolean;
  help: boolean;
  version: boolean;
}
