import type { ChoiceName } from '../cli/options.ts';
import type { Goal } from '../goal/index.ts';
import { type Source, sourceText } from '../kernel/source.ts';
import { sourcedTable } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** One choice as it stands, for the confirmation screen. */
export interface ShownChoice {
  name: ChoiceName;
  label: string;
  value: string;
  source: Source;
}

/** Every choice of the goal that matters on its route. */
export function choicesOf(goal: Goal): ShownChoice[] {
  const row = (name: ChoiceName, label: string, value: string, source: Source) => ({
    name,
    label,
    value,
    source,
  });
  const {
    route,
    deployers,
    approvals,
    selfApproval,
    publishWith,
    releaseEnvironment,
    testEnvironment,
    testpypi,
  } = goal;
  const { releaseJob, testJob, buildJobs } = goal.jobs;
  const approvers =
    approvals.value.map(({ who, required }) => `${who.label} (${required})`).join(', ') || 'nobody';
  const people = [
    row('deployer', 'Deployers', deployers.value.map(({ label }) => label).join(', '), deployers.source),
    row('approver', 'Approvers', approvers, approvals.source),
    ...(approvals.value.length > 0
      ? [
          row(
            'self-approval',
            'Self-approval',
            selfApproval.value ? 'allowed' : 'not allowed',
            selfApproval.source,
          ),
        ]
      : []),
  ];
  return [
    row('route', 'Route', route.value, route.source),
    ...(route.value === 'protected' ? people : []),
    row('release-environment', 'Releases from', releaseEnvironment.value, releaseEnvironment.source),
    row('testpypi', 'Test uploads', testpypi.value ? 'to TestPyPI' : 'none', testpypi.source),
    ...(testpypi.value
      ? [row('test-environment', 'Tests from', testEnvironment.value, testEnvironment.source)]
      : []),
    row('publish-with', 'Publish with', publishWith.value, publishWith.source),
    ...(releaseJob ? [row('release-job', 'Release job', releaseJob.value, releaseJob.source)] : []),
    ...(testJob ? [row('test-job', 'Test job', testJob.value, testJob.source)] : []),
    ...(buildJobs ? [row('build-job', 'Build jobs', buildJobs.value.join(', '), buildJobs.source)] : []),
  ];
}

/** The choices with where each one came from. */
export function choicesView(goal: Goal, screen: Screen): string[] {
  return sourcedTable(
    choicesOf(goal).map(({ label, value, source }) => [label, value, sourceText(source)]),
    screen,
  );
}
