import { type ChoiceName, choiceNames, isAboutPeople } from '../cli/options.ts';
import type { Goal } from '../goal/index.ts';
import type { OccasionChoice } from '../kernel/route.ts';
import { type Source, type Sourced, sourceText } from '../kernel/source.ts';
import { sourcedTable } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** A choice on the confirmation screen. */
export interface ShownChoice {
  name: ChoiceName;
  label: string;
  value: string;
  source: Source;
}

type ChoiceRow = [label: string, value: string, choice: Sourced<unknown>];

/** How each choice is shown; undefined if there is nothing to choose. */
const rows: Record<ChoiceName, (goal: Goal) => ChoiceRow | undefined> = {
  route: ({ route }) => ['Route', route.value, route],
  deployer: ({ deployers }) => ['Deployers', deployers.value.map(({ label }) => label).join(', '), deployers],
  approver: ({ approvals }) => ['Approvers', approversText(approvals.value), approvals],
  // ChoiceRow with the approvers.
  approvals: () => undefined,
  selfApproval: ({ approvals, selfApproval }) =>
    approvals.value.length > 0
      ? ['Self-approval', selfApproval.value ? 'allowed' : 'not allowed', selfApproval]
      : undefined,
  releaseEnvironment: ({ releaseEnvironment }) => [
    'Releases from',
    releaseEnvironment.value,
    releaseEnvironment,
  ],
  testpypi: ({ testpypi }) => ['Test uploads', testpypi.value ? 'to TestPyPI' : 'none', testpypi],
  testEnvironment: ({ testpypi, testEnvironment }) =>
    testpypi.value ? ['Tests from', testEnvironment.value, testEnvironment] : undefined,
  occasions: ({ occasions, ownOccasions }) =>
    ownOccasions.length > 0 || occasions.value !== 'own'
      ? ['Publishes', occasionLabels[occasions.value], occasions]
      : undefined,
  publishWith: ({ publishWith }) => ['Publish with', publishWith.value, publishWith],
  attest: ({ attest }) =>
    attest.source.by === 'default' ? undefined : ['Attestations', attest.value ? 'signed' : 'none', attest],
  releaseJob: ({ jobs: { releaseJob } }) => releaseJob && ['Release job', releaseJob.value, releaseJob],
  testJob: ({ jobs: { testJob } }) => testJob && ['Test job', testJob.value, testJob],
  deliver: ({ deliver }) => [
    'File changes',
    deliver.value === 'merge-request' ? 'as a merge request' : 'in the work tree',
    deliver,
  ],
  buildJob: ({ jobs: { buildJob } }) => buildJob && ['Build jobs', buildJob.value.join(', '), buildJob],
};

/** The choice of occasions in words. */
export const occasionLabels: Record<OccasionChoice, string> = {
  own: "when the project's own jobs do",
  'push-and-tag': 'each tag to PyPI, each push to the default branch to TestPyPI',
};

const approversText = (approvals: Goal['approvals']['value']) =>
  approvals.map(({ who, required }) => `${who.label} (${required})`).join(', ') || 'nobody';

/** Every choice of the goal that matters on its route. */
export function choicesOf(goal: Goal): ShownChoice[] {
  const names = choiceNames.filter((name) => goal.route.value === 'protected' || !isAboutPeople(name));
  return names.flatMap((name) => {
    const shown = rows[name](goal);
    if (shown === undefined) return [];
    const [label, value, { source }] = shown;
    return [{ name, label, value, source }];
  });
}

/** The choices and their sources. */
export function choicesView(goal: Goal, screen: Screen): string[] {
  return sourcedTable(
    choicesOf(goal).map(({ label, value, source }) => [label, value, sourceText(source)]),
    screen,
  );
}
