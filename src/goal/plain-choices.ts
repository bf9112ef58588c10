import type { Choices } from '../cli/options.ts';
import type { Goal } from './index.ts';

/** A goal's choices as option values, without the defaults. */
export function plainChoices(goal: Goal): Partial<Choices> {
  const { route, releaseEnvironment, testEnvironment, testpypi, publishWith } = goal;
  const { releaseJob, testJob, buildJob } = goal.jobs;
  return {
    route: route.value,
    ...(route.value === 'protected' ? aboutPeople(goal) : {}),
    ...(releaseEnvironment.value === 'release' ? {} : { releaseEnvironment: releaseEnvironment.value }),
    ...(testpypi.value ? {} : { testpypi: false }),
    ...(testEnvironment.value === 'release-test' ? {} : { testEnvironment: testEnvironment.value }),
    publishWith: publishWith.value,
    ...(releaseJob ? { releaseJob: releaseJob.value } : {}),
    ...(testJob ? { testJob: testJob.value } : {}),
    ...(buildJob ? { buildJob: buildJob.value } : {}),
  };
}

/** Leaves out people whom no option can name (a user who left, a group no longer invited). */
function aboutPeople({ deployers, approvals, selfApproval }: Goal): Partial<Choices> {
  const named = (options: string[]) => options.filter((option) => option !== '');
  return {
    deployer: named(deployers.value.map(({ option }) => option)),
    approver: named(approvals.value.map(({ who }) => who.option)),
    approvals: Math.max(0, ...approvals.value.map(({ required }) => required)),
    ...(selfApproval.value ? { selfApproval: true } : {}),
  };
}
