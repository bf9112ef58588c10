import { keysOf } from '../kernel/keys-of.ts';
import { deliveries, occasionChoices, publishTools, routes } from '../kernel/route.ts';
import { type Command, commands } from './commands.ts';
import {
  count,
  list,
  type Option,
  oneOf,
  orText,
  reports,
  text,
  toggle,
  url,
  value,
  type WizardQuestion,
} from './kinds.ts';

/** The files of `check --report`: what GitLab shows of a pipeline in a merge request. */
export const reportKinds = ['junit', 'codequality'] as const;
export type ReportKind = (typeof reportKinds)[number];

/** The worlds of `demo --as`; the default is `team-premium`. */
export const demoWorlds = ['solo', 'team-free', 'team-premium', 'self-managed'] as const;
export type DemoWorld = (typeof demoWorlds)[number];

/** `demo` brings its own project and servers. */
const notDemo: readonly Command[] = ['setup', 'check'];
const notCheck: readonly Command[] = ['setup', 'demo'];

/** Which project to work on. */
const placeTable = {
  directory: text('DIR', { short: 'C', help: 'the Python project (current directory)' }),
  remote: text('NAME', {
    commands: notDemo,
    help: 'the git remote that names the GitLab project (the tracked one, else the only one)',
    question: 'Which remote names the GitLab project?',
    why: 'Several could, and the current branch tracks none of them.',
  }),
  gitlabUrl: url({
    commands: notDemo,
    help: 'base URL of the GitLab instance (from the remote, or GITLAB_HOST)',
  }),
  project: value(
    'PATH',
    { commands: notDemo, help: 'the GitLab project, group/sub/project (from the remote)' },
    (path) => path.replace(/^\/+|\/+$/g, ''),
  ),
  package: text('NAME', { help: "the name on PyPI (from the project's metadata)" }),
  pypiUrl: url({ commands: notDemo, help: 'the index for releases (https://pypi.org)' }),
  testpypiUrl: url({ commands: notDemo, help: 'the index for test uploads (https://test.pypi.org)' }),
  customIssuer: toggle({ help: "PyPI's staff have set up this self-managed GitLab for your organization" }),
};

/** Choices that only matter if the release environment is protected. */
const peopleTable = {
  deployer: list('WHO', {
    help: 'who may deploy: maintainers, developers, @username, group:full/path (maintainers)',
    question: 'Who may release to PyPI?',
    why: 'Nobody else can start the job that releases.',
  }),
  approver: list('WHO', {
    help: 'who must approve a release (maintainers, if two of them can approve for each other)',
    question: 'Who must approve a release?',
    why: 'A second person must approve each release. Select none to skip approvals.',
  }),
  approvals: count('N', {
    help: 'approvals required (1); 0 for none',
    question: 'How many approvals does a release need?',
    why: 'This many people must approve each release.',
  }),
  selfApproval: toggle({
    help: 'let whoever starts a release approve it (applies to the whole project; left as it is)',
    question: 'May whoever starts a release approve it too?',
    why: 'This applies to the whole project. Without it, two people see each release.',
  }),
};

/** The wizard's choices: each can be asked, changed on the confirmation screen, and given as an option. */
const choiceTable = {
  route: oneOf('ROUTE', routes, {
    help: `${orText(routes)} (the recommended one)`,
    question: 'How should releases be protected?',
    why: undefined,
  }),
  ...peopleTable,
  releaseEnvironment: text('NAME', {
    help: 'environment of the releases (release)',
    question: 'What is the environment of the releases called?',
    why: 'PyPI trusts only jobs of this environment.',
  }),
  testpypi: toggle({
    onByDefault: true,
    help: 'leave out the TestPyPI half',
    question: 'Upload each push to the default branch to TestPyPI?',
    why: 'Shows before a release whether the package can be uploaded.',
  }),
  testEnvironment: text('NAME', {
    help: 'environment of the test uploads (release-test)',
    question: 'What is the environment of the test uploads called?',
    why: 'TestPyPI trusts only jobs of this environment.',
  }),
  occasions: oneOf('WHEN', occasionChoices, {
    help: "own (the project's own occasions, as now) or push-and-tag (own)",
    question: 'When should it publish?',
    why: 'The jobs that publish now do so on other occasions than each tag and each push to the default branch.',
  }),
  publishWith: oneOf('TOOL', publishTools, {
    help: `${publishTools.join(' or ')} (what the project already uses, else uv)`,
    question: 'Which tool uploads to the index?',
    why: 'Both support Trusted Publishing; uv needs no extra pip install.',
  }),
  attest: toggle({
    help: 'sign what is published, so that PyPI shows where it was built (if releases so far are signed)',
    question: 'Sign the releases, as before?',
    why: 'PyPI shows where earlier ones were built; without attestations, new ones would lose that.',
  }),
  releaseJob: text('JOB', {
    help: 'the job that publishes releases, if there are several',
    question: 'Which job publishes the releases?',
    why: 'Several jobs upload to PyPI; one of them becomes the Trusted Publisher.',
  }),
  testJob: text('JOB', {
    help: 'the job that publishes test uploads, if there are several',
    question: 'Which job publishes the test uploads?',
    why: 'Several jobs upload to TestPyPI; one of them becomes the Trusted Publisher.',
  }),
  buildJob: list('JOB', {
    help: 'the job that builds what is published, if there are several',
    question: 'Which jobs build the package?',
    why: 'Whatever they leave in dist/ gets uploaded.',
  }),
  deliver: oneOf('HOW', deliveries, {
    help: `${deliveries.join(' or ')}: where the edits of files go (working-tree)`,
    question: 'How should the edits of files reach the project?',
    why: 'A merge request starts from the default branch and leaves your work tree alone.',
  }),
} satisfies Record<string, Option<unknown> & WizardQuestion>;

/** How to run and what to show. */
const mannerTable = {
  as: oneOf('WORLD', demoWorlds, {
    commands: ['demo'],
    help: `demo: ${demoWorlds.join(', ')} (team-premium)`,
  }),
  keep: toggle({ commands: ['demo'], help: 'demo: keep the scratch project, which is removed at the end' }),
  yes: toggle({
    short: 'y',
    commands: notCheck,
    help: 'accept every default and recommendation, ask nothing',
  }),
  dryRun: toggle({ commands: notCheck, help: 'show the plan and the diffs, change nothing' }),
  json: toggle({ help: 'one JSON document on stdout; setup needs --yes or --dry-run with it' }),
  report: reports('KIND=FILE', reportKinds, {
    commands: ['check'],
    help: 'also write a file for the merge request: junit=FILE or codequality=FILE',
  }),
  open: toggle({ onByDefault: true, help: "print the pages' addresses instead of opening a browser" }),
  wait: toggle({
    commands: notDemo,
    help: 'after a push wait for the pipeline: its jobs, approvals, and the proof or why it failed',
    question: 'Wait for the pipeline?',
    why: 'It is running; Ctrl-C leaves at any time, and the pipeline goes on.',
  }),
  quiet: toggle({ short: 'q', help: 'print nothing but errors; with --json nothing to stderr at all' }),
  verbose: toggle({ help: 'show every fact, and log each request to stderr' }),
  help: toggle({ short: 'h', commands, help: 'show this help' }),
  version: toggle({ short: 'v', commands, help: 'show the version' }),
};

/** All options in the order of `--help`. Parsing, help, questions and the command to repeat are derived from it. */
export const optionTable = { ...placeTable, ...choiceTable, ...mannerTable };

/** Sections of the table, with their headings in `--help`. */
export const optionGroups = {
  'The project': placeTable,
  'What is set up': choiceTable,
  'How it runs': mannerTable,
};

type ValuesOf<Table> = { [N in keyof Table]: Table[N] extends Option<infer T> ? T : never };

/** The type of each option's value. */
export type Values = ValuesOf<typeof optionTable>;
export type OptionName = keyof Values;

/** The type of each of the wizard's choices. */
export type Choices = ValuesOf<typeof choiceTable>;
export type ChoiceName = keyof Choices;

/** Defaults for options not given. */
export const defaults = {
  directory: '.',
  pypiUrl: 'https://pypi.org',
  testpypiUrl: 'https://test.pypi.org',
  open: true,
} satisfies Partial<Values>;

/** The parsed command line; options not given are absent. */
export type Options = {
  command: Command;
  /** The command was typed, not assumed. */
  named: boolean;
  /** What `explain` is to explain. */
  topic?: string;
} & Partial<Values> &
  Pick<Values, keyof typeof defaults>;

export const optionNames = keysOf(optionTable);
export const placeNames = keysOf(placeTable);
export const choiceNames = keysOf(choiceTable);

/** Whether a choice only matters if the release environment is protected. */
export const isAboutPeople = (name: ChoiceName): boolean => name in peopleTable;

/** An option as typed: `--self-approval` for `selfApproval`, `--no-testpypi` for a switch turned off. */
export const flagOf = (name: OptionName, turnedOff = false): string =>
  `--${turnedOff ? 'no-' : ''}${wordsOf(name)}`;

const wordsOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The question that an option answers, with the reason for asking on a second line. */
export function questionOf(name: ChoiceName | 'remote' | 'wait'): string {
  const { question, why } = optionTable[name];
  return why === undefined ? question : `${question}\n${why}`;
}
