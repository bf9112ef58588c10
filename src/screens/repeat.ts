import type { Options } from '../cli/options.ts';
import type { Goal } from '../goal/index.ts';
import { quote } from '../text/quote.ts';

/** The command that repeats a run without questions. */
export function repeatCommand(
  { program, options, platform }: { program: string; options: Options; platform: NodeJS.Platform },
  goal: Goal,
): string {
  const { route, deployers, approvals, releaseEnvironment, testEnvironment, testpypi, publishWith } = goal;
  const people =
    route.value === 'protected'
      ? [
          ...peopleOptions(deployers.value, approvals.value),
          ...(goal.selfApproval.value ? [['--self-approval']] : []),
        ]
      : [];
  const words = [
    ...placeOptions(options),
    ['--route', route.value],
    ...people,
    ...(releaseEnvironment.value === 'release' ? [] : [['--release-environment', releaseEnvironment.value]]),
    ...(testEnvironment.value === 'release-test' ? [] : [['--test-environment', testEnvironment.value]]),
    ...(testpypi.value ? [] : [['--no-testpypi']]),
    ['--publish-with', publishWith.value],
    ...jobOptions(goal.jobs),
    ['--yes'],
  ];
  return [program, 'setup', ...words.flat().map((word) => quote(word, platform))].join(' ');
}

function placeOptions(options: Options): string[][] {
  const { directory, remote, gitlabUrl, project, pypiUrl, testpypiUrl } = options;
  const given: [string, string | undefined][] = [
    ['--directory', directory === '.' ? undefined : directory],
    ['--remote', remote],
    ['--gitlab-url', gitlabUrl],
    ['--project', project],
    ['--package', options.package],
    ['--pypi-url', pypiUrl === 'https://pypi.org' ? undefined : pypiUrl],
    ['--testpypi-url', testpypiUrl === 'https://test.pypi.org' ? undefined : testpypiUrl],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

/** People whom an option cannot name (a user who left, a group no longer invited) are left out. */
function peopleOptions(
  deployers: Goal['deployers']['value'],
  approvals: Goal['approvals']['value'],
): string[][] {
  const [first] = approvals;
  return [
    ...deployers.filter(({ option }) => option !== '').map(({ option }) => ['--deployer', option]),
    ...approvals.filter(({ who }) => who.option !== '').map(({ who }) => ['--approver', who.option]),
    ['--approvals', String(first === undefined ? 0 : Math.max(...approvals.map(({ required }) => required)))],
  ];
}

function jobOptions({ releaseJob, testJob, buildJobs }: Goal['jobs']): string[][] {
  return [
    ...(releaseJob ? [['--release-job', releaseJob.value]] : []),
    ...(testJob ? [['--test-job', testJob.value]] : []),
    ...(buildJobs?.value ?? []).map((name) => ['--build-job', name]),
  ];
}
