import { indexNames } from '../facts/package-index.ts';
import type { Goal } from '../goal/index.ts';
import { allSteps } from '../indexes/publisher-page.ts';
import { neverOption, quote } from '../kernel/quote.ts';
import { defaultBranchOf, type NextPush, projectUrl } from '../plan/next-push.ts';
import { type Ended, type NextStep, nextSteps } from '../plan/next-steps.ts';
import type { NextTag } from '../plan/next-tag.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { manualText } from './plan.ts';
import { formView } from './publisher-form.ts';

/** Where the steps are shown, and the shell that their commands are for. */
export interface StepsContext {
  terminal: Terminal;
  platform: NodeJS.Platform;
  cwd: string;
  /** How the user invokes this program. */
  program: string;
  /** The servers are embedded, and end with the program. */
  rehearsal?: boolean;
}

/**
 * What is left for the user, numbered: sentences, addresses to open, commands to copy. `brief` leaves out what a second
 * run need not say again.
 */
export function showNextSteps(
  context: StepsContext,
  ended: Ended,
  { brief, steps = nextSteps(ended) }: { brief: boolean; steps?: NextStep[] },
): void {
  const { terminal, cwd, rehearsal } = context;
  const { paint } = terminal;
  if (steps.length === 0) return;
  const { root } = ended.facts.checkout;
  const hasCommands = steps.some(({ kind }) => kind === 'push' || kind === 'release');
  const where = hasCommands && root !== cwd && !rehearsal ? ` (in ${oneLine(root)})` : '';
  terminal.print(...(brief ? [] : ['']), paint.bold(`Still to do${where}`));
  if (rehearsal && hasCommands)
    terminal.print(
      `  ${paint.dim('The commands are for a real project: the simulated GitLab takes no push.')}`,
    );
  for (const [index, step] of steps.entries()) {
    terminal.print(`  ${index + 1}. ${paint.plain(sentence(step, ended, context))}`);
    if (step.kind === 'push') showPush(context, ended, step.push);
    if (step.kind === 'merge' && step.request !== undefined)
      terminal.printAsIs(`${indent}${paint.cyan(step.request.webUrl)}`);
    if (step.kind === 'release') showRelease(context, ended, step.next);
    if (step.kind === 'register') {
      terminal.printAsIs(`${indent}${paint.cyan(step.page.url)}`);
      const steps = brief ? [step.page.reminder] : allSteps(step.page);
      terminal.print(...formView(step.page, steps, terminal));
    }
  }
}

const indent = '     ';

function sentence(step: NextStep, { facts }: Ended, { program, rehearsal }: StepsContext): string {
  const branch = oneLine(defaultBranchOf(facts));
  const path = oneLine(facts.pipeline.path.value);
  switch (step.kind) {
    case 'apply':
      return `Run ${rehearsal ? 'the wizard again' : oneLine(program)} to make ${step.changes === 1 ? 'the change' : `the ${step.changes} changes`} above.`;
    case 'by-hand':
      return `${oneLine(step.setting.finding.message)} ${manualText(step.setting)}`;
    case 'afterwards':
      return oneLine(step.text);
    case 'add-jobs':
      return `Bring the jobs above into ${path} first: until then nothing is published.`;
    case 'pull':
      return `Pull ${branch} and run this again: ${path} is another one there.`;
    case 'compare':
      return `Could not check whether ${path} is like this on ${branch}: ${oneLine(step.reason)}`;
    case 'push':
      return pushSentence(step.push);
    case 'merge':
      return `Have the merge request${step.request === undefined ? '' : ` !${step.request.iid}`} reviewed and merged; nothing is published before.`;
    case 'register':
      return `Register the Trusted Publisher on ${indexNames[step.page.index.id]} (skip this if you have):`;
    case 'release':
      return step.push?.mergeRequest === undefined && !step.merge
        ? `Release ${oneLine(step.next.tag)}:`
        : `After the merge, release ${oneLine(step.next.tag)}:`;
  }
}

function pushSentence({ commit, mergeRequest }: NextPush): string {
  const what = commit.length > 0 ? 'Commit and push' : 'Push';
  return mergeRequest === undefined ? `${what}:` : `${what}, then open a merge request:`;
}

function showPush({ terminal, platform }: StepsContext, { facts }: Ended, push: NextPush): void {
  const { mergeRequest } = push;
  const lines = pushCommands(push, facts.repository.remote, platform);
  const all = [...lines, ...(mergeRequest === undefined ? [] : [mergeRequest])];
  terminal.printAsIs(...all.map((line) => indent + terminal.paint.cyan(line)));
}

function showRelease(
  { terminal, platform }: StepsContext,
  { facts, goal }: Ended,
  { tag, raiseTo }: NextTag,
): void {
  const { paint } = terminal;
  const { remote, annotatedTags: annotated } = facts.repository;
  const commands = releaseCommands(tag, { remote, branch: defaultBranchOf(facts), annotated, platform });
  const first =
    raiseTo === undefined
      ? []
      : [`First set the version in the project's files to ${raiseTo}, and push that as well.`];
  const page = goal.indexes.find(({ id }) => id === 'pypi')?.page ?? '';
  terminal.print(...first.map((line) => `${indent}${paint.plain(line)}`));
  terminal.printAsIs(...commands.map((line) => indent + paint.cyan(line)));
  terminal.print(`${indent}${paint.dim(whatHappens(goal))}`);
  terminal.printAsIs(`${indent}${paint.cyan(`${projectUrl(facts.gitlab)}/-/pipelines`)}`);
  terminal.print(`${indent}${paint.dim('Afterwards:')} ${paint.cyan(page)}`);
}

function whatHappens({ route, approvals, selfApproval }: Goal): string {
  const names = approvals.value.map(({ who }) => oneLine(who.label)).join(' and ');
  if (route.value !== 'protected' || names === '') return 'The tag starts the pipeline that publishes:';
  const self = selfApproval.value ? '' : ' (not whoever pushed the tag)';
  return `The release job waits until ${names} approve it${self}; then start it:`;
}

/** The commands that commit what is not committed, and push it. */
export function pushCommands(
  { commit, branch, isNew, mergeRequest }: NextPush,
  remote: string,
  platform: NodeJS.Platform,
): string[] {
  const word = (text: string) => quote(text, platform);
  return [
    ...(isNew ? [`git switch -c ${word(branch)}`] : []),
    ...(commit.length > 0
      ? joined(
          platform,
          `git add ${commit.map((path) => word(neverOption(path))).join(' ')}`,
          'git commit -m "Publish to PyPI"',
        )
      : []),
    mergeRequest === undefined
      ? `git push ${word(remote)} ${word(asRef(branch))}`
      : `git push -u ${word(remote)} HEAD`,
  ];
}

/** The commands that tag the default branch as it is on GitLab, wherever the checkout is, and push the tag. */
export function releaseCommands(
  tag: string,
  at: { remote: string; branch: string; annotated: boolean; platform: NodeJS.Platform },
): string[] {
  const word = (text: string) => quote(text, at.platform);
  const annotated = at.annotated ? `-a -m ${word(tag)} ` : '';
  return [
    `git fetch ${word(at.remote)} ${word(asRef(at.branch))}`,
    ...joined(
      at.platform,
      `git tag ${annotated}${word(tag)} FETCH_HEAD`,
      `git push ${word(at.remote)} ${word(tag)}`,
    ),
  ];
}

/** The PowerShell that comes with Windows does not know `&&`. */
const joined = (platform: NodeJS.Platform, ...commands: string[]) =>
  platform === 'win32' ? commands : [commands.join(' && ')];

/** A branch with a dash in front, which git would take for an option, is written out. */
const asRef = (branch: string) => (branch.startsWith('-') ? `refs/heads/${branch}` : branch);
