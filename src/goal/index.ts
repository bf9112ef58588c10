import { type Advice, advise } from '../advice.ts';
import type { PipelineGoal, PipelineIndex, PublishTool, Route } from '../editing/pipeline-goal.ts';
import { isCompiled } from '../editing/versions/compiled.ts';
import { buildTimeVersion } from '../editing/versions/index.ts';
import { UserError } from '../errors.ts';
import type { Facts } from '../facts/index.ts';
import type { Sourced } from '../facts/known.ts';
import { uploadUrl } from '../facts/package-index.ts';
import type { Options } from '../options.ts';
import { whyUnprotected } from '../server.ts';
import type { Approval, Who } from '../who.ts';
import { chooseEnvironments } from './environment-names.ts';
import { chooseJobs, type OpenJob } from './jobs.ts';
import { chooseApprovals, chooseDeployers, chooseSelfApproval, protectedAs } from './people.ts';

/** What the user said, on the command line or in answer to a question; each with which of the two it was. */
export interface Wishes {
  route?: Sourced<Route>;
  deployers?: Sourced<string[]>;
  approvers?: Sourced<string[]>;
  approvals?: Sourced<number>;
  selfApproval?: Sourced<boolean>;
  releaseEnvironment?: Sourced<string>;
  testEnvironment?: Sourced<string>;
  testpypi?: Sourced<boolean>;
  publishWith?: Sourced<PublishTool>;
  releaseJob?: Sourced<string>;
  testJob?: Sourced<string>;
  buildJobs?: Sourced<string[]>;
  /** Offers that the user has agreed to, by their ids; no option does that. */
  agreed?: string[];
}

/** One index with all that is to hold for it. */
export interface IndexGoal extends PipelineIndex {
  /** 'PyPI' or 'TestPyPI', with the host where it is another Warehouse in its place. */
  title: string;
  url: string;
  official: boolean;
  gitlabComOnly: boolean;
  tier: 'production' | 'testing';
}

/** What must hold afterwards; each choice with where it came from. */
export interface Goal {
  advice: Advice;
  route: Sourced<Route>;
  deployers: Sourced<Who[]>;
  approvals: Sourced<Approval[]>;
  selfApproval: Sourced<boolean>;
  publishWith: Sourced<PublishTool>;
  releaseEnvironment: Sourced<string>;
  testEnvironment: Sourced<string>;
  testpypi: Sourced<boolean>;
  /** Jobs that the user named; absent where the pipeline itself tells. */
  jobs: Pick<Wishes, 'releaseJob' | 'testJob' | 'buildJobs'>;
  /** What the pipeline does not tell and the user has not said: the option that does, and the jobs to choose from. */
  openJobs: OpenJob[];
  /** The ids of those offers that the user has agreed to. */
  agreed: string[];
  packageName: string;
  /** TestPyPI first, as a version passes them; PyPI alone without the TestPyPI half. */
  indexes: IndexGoal[];
}

/** The wishes that the command line expresses. */
export function wishesOf(options: Options): Wishes {
  const from = <T>(value: T | undefined, option: string) =>
    value === undefined ? undefined : { value, source: option };
  const wishes = {
    route: from(options.route, '--route'),
    deployers: from(options.deployers, '--deployer'),
    approvers: from(options.approvers, '--approver'),
    approvals: from(options.approvals, '--approvals'),
    selfApproval: from(options.selfApproval, options.selfApproval ? '--self-approval' : '--no-self-approval'),
    releaseEnvironment: from(options.releaseEnvironment, '--release-environment'),
    testEnvironment: from(options.testEnvironment, '--test-environment'),
    testpypi: from(options.testpypi, options.testpypi === false ? '--no-testpypi' : '--testpypi'),
    publishWith: from(options.publishWith, '--publish-with'),
    releaseJob: from(options.releaseJob, '--release-job'),
    testJob: from(options.testJob, '--test-job'),
    buildJobs: from(options.buildJobs, '--build-job'),
  };
  return Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined)) as Wishes;
}

/**
 * Decides what is to hold: the wish, else what is already there, else the recommendation.
 * Throws a `UserError` for a wish that cannot be.
 */
export function decide(facts: Facts, wishes: Wishes): Goal {
  const advice = advise(facts);
  const environments = chooseEnvironments(facts, wishes);
  const testpypi = wishes.testpypi ?? foundTestHalf(facts, environments.test.value);
  const route = chooseRoute(facts, wishes, advice, environments.release.value);
  const goal = {
    advice,
    route,
    deployers: chooseDeployers(facts, wishes, environments.release.value),
    approvals: chooseApprovals(facts, wishes, environments.release.value),
    selfApproval: chooseSelfApproval(facts, wishes),
    publishWith: choosePublishTool(facts, wishes, route.value),
    releaseEnvironment: environments.release,
    testEnvironment: environments.test,
    testpypi,
    ...chooseJobs(facts, wishes, testpypi.value),
    agreed: wishes.agreed ?? [],
    packageName: facts.python.packageName.value,
  };
  const release = indexGoal(facts, 'pypi', environments.release.value, route.value);
  const test = testpypi.value ? [indexGoal(facts, 'testpypi', environments.test.value, route.value)] : [];
  return { ...goal, indexes: [...test, release] };
}

/** The part of the goal that the pipeline file is edited to. */
export function pipelineGoal(facts: Facts, goal: Goal): PipelineGoal {
  return {
    path: facts.pipeline.path.value,
    route: goal.route.value,
    developersDeploy: goal.route.value === 'protected' && goal.deployers.value.some(isDeveloperRole),
    publishWith: goal.publishWith.value,
    buildTimeVersion: buildTimeVersion(facts.python.files),
    sdistOnly: isCompiled(facts.python.files),
    poetryPlugin: /^poetry/.test(facts.python.buildBackend.value),
    indexes: goal.indexes,
    ...namedJobs(goal),
    packageDirectory: facts.checkout.directory,
    defaultBranch: facts.gitlab.project.defaultBranch ?? 'main',
  };
}

function namedJobs({ jobs }: Goal): Pick<PipelineGoal, 'publishingJobs' | 'buildJobs'> {
  const { releaseJob, testJob, buildJobs } = jobs;
  const publishingJobs = {
    ...(releaseJob ? { pypi: releaseJob.value } : {}),
    ...(testJob ? { testpypi: testJob.value } : {}),
  };
  return { publishingJobs, ...(buildJobs ? { buildJobs: buildJobs.value } : {}) };
}

const isDeveloperRole = ({ rule }: Who) => rule.accessLevel !== undefined && rule.accessLevel < 40;

function indexGoal(facts: Facts, id: IndexGoal['id'], environment: string, route: Route): IndexGoal {
  const index = facts.indexes[id];
  if (!index.audience.known && route !== 'token') {
    throw new UserError(
      'index-unreadable',
      `The audience for ID tokens could not be read: ${index.audience.reason}`,
      `Check the address given with '--${id}-url', then run it again.`,
    );
  }
  const release = id === 'pypi';
  return {
    id,
    title: index.title,
    url: index.url,
    official: index.official,
    gitlabComOnly: index.gitlabComOnly,
    job: release ? 'release' : 'release-test',
    tier: release ? 'production' : 'testing',
    environment,
    page: `${index.url}/project/${facts.python.packageName.value}/`,
    audience: index.audience.known ? index.audience.value : id,
    uploadUrl: uploadUrl(index),
  };
}

function chooseRoute(facts: Facts, wishes: Wishes, advice: Advice, environment: string): Sourced<Route> {
  const licensed = facts.gitlab.project.protectedEnvironmentsLicensed;
  if (wishes.route?.value === 'protected' && !licensed) throw routeUnavailable(facts);
  if (wishes.route) return wishes.route;
  const { reading, path } = facts.pipeline;
  if (reading.route) return { value: reading.route, source: path.value };
  if (licensed && protectedAs(facts.gitlab, environment)) {
    return { value: 'protected', source: `GitLab, protected environment ${environment}` };
  }
  return { value: advice.route, source: 'recommended' };
}

function routeUnavailable(facts: Facts): UserError {
  return new UserError(
    'route-unavailable',
    whyUnprotected(facts.gitlab),
    "Leave out '--route protected' or take '--route trusted'; about GitLab for Open Source see https://about.gitlab.com/solutions/open-source/.",
  );
}

/** The wish, else what the pipeline uses already; twine knows Trusted Publishers on the official indexes alone. */
function choosePublishTool(facts: Facts, wishes: Wishes, route: Route): Sourced<PublishTool> {
  const { reading, path } = facts.pipeline;
  const elsewhere = route !== 'token' && Object.values(facts.indexes).some(({ official }) => !official);
  if (wishes.publishWith?.value === 'twine' && elsewhere) {
    throw new UserError(
      'twine-other-index',
      'twine can use a Trusted Publisher only on https://pypi.org and https://test.pypi.org.',
      "Take '--publish-with uv' for another index.",
    );
  }
  const found =
    reading.publishWith === undefined || (reading.publishWith === 'twine' && elsewhere)
      ? undefined
      : { value: reading.publishWith, source: path.value };
  return wishes.publishWith ?? found ?? { value: 'uv', source: 'default' };
}

/** Our own pipeline without the test job and without its environment was set up with `--no-testpypi`. */
function foundTestHalf(facts: Facts, environment: string): Sourced<boolean> {
  const { reading, path } = facts.pipeline;
  if (!reading.ours || reading.hasTestJob)
    return { value: true, source: reading.ours ? path.value : 'default' };
  const { environments } = facts.gitlab;
  const exists = environments.known && environments.value.some(({ name }) => name === environment);
  return { value: exists, source: exists ? 'GitLab, environments' : path.value };
}
