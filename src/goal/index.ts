import type { Facts } from '../facts/index.ts';
import { uploadUrl } from '../facts/package-index.ts';
import { UserError } from '../kernel/errors.ts';
import type { Delivery, IndexId, OccasionChoice, PublishTool, Route } from '../kernel/route.ts';
import type { Sourced } from '../kernel/source.ts';
import type { Approval, Who } from '../people/who.ts';
import type { PipelineIndex } from '../pipeline/pipeline-goal.ts';
import { type Advice, advise } from './advice.ts';
import { chooseAttest } from './attest.ts';
import {
  chooseEnvironments,
  chooseOccasions,
  choosePublishTool,
  chooseRoute,
  foundTestHalf,
} from './choose.ts';
import { withDeclared } from './declared.ts';
import { chooseDelivery } from './delivery.ts';
import { chooseJobs, type JobChoice, type OpenJob } from './jobs.ts';
import { chooseApprovals, chooseDeployers, chooseSelfApproval } from './people.ts';
import type { Wishes } from './wishes.ts';

/** An index with everything wanted for it. */
export interface IndexGoal extends PipelineIndex {
  /** 'PyPI' or 'TestPyPI', with the host if another Warehouse takes its place. */
  title: string;
  url: string;
  official: boolean;
  gitlabComOnly: boolean;
  tier: 'production' | 'testing';
}

/** What must hold afterwards, each choice with its source. */
export interface Goal {
  advice: Advice;
  route: Sourced<Route>;
  deployers: Sourced<Who[]>;
  approvals: Sourced<Approval[]>;
  selfApproval: Sourced<boolean>;
  publishWith: Sourced<PublishTool>;
  /** What is published has attestations. */
  attest: Sourced<boolean>;
  occasions: Sourced<OccasionChoice>;
  /** The indexes that the project's own jobs publish to on other occasions than each push or tag. */
  ownOccasions: IndexId[];
  releaseEnvironment: Sourced<string>;
  testEnvironment: Sourced<string>;
  testpypi: Sourced<boolean>;
  /** PyPI's staff have set up this GitLab for the organisation. */
  customIssuer: Sourced<boolean>;
  /** Jobs that the user named; absent if the pipeline itself shows which is which. */
  jobs: Pick<Wishes, JobChoice>;
  /** Choices that neither the pipeline nor the user has made: the option for each, and its candidates. */
  openJobs: OpenJob[];
  /** Ids of the offers that the user has accepted. */
  agreed: string[];
  /** How the edits of files reach the project. */
  deliver: Sourced<Delivery>;
  packageName: string;
  /** TestPyPI first, the order in which a version is published; only PyPI without the TestPyPI half. */
  indexes: IndexGoal[];
}

/**
 * Decides what must hold: the user's choice, else what the project declares, else what is already there, else the
 * recommendation. Throws a `UserError` for an impossible choice.
 */
export function decide(facts: Facts, chosen: Wishes): Goal {
  const advice = advise(facts);
  const wishes = withDeclared(chosen, facts.python.declaration);
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
    attest: chooseAttest(facts, wishes, route.value),
    ...chooseOccasions(facts, wishes),
    releaseEnvironment: environments.release,
    testEnvironment: environments.test,
    testpypi,
    customIssuer: wishes.customIssuer ?? ({ value: false, source: { by: 'default' } } as const),
    ...chooseJobs(facts, wishes, testpypi.value),
    agreed: wishes.agreed ?? [],
    deliver: chooseDelivery(facts, wishes),
    packageName: facts.python.packageName.value,
  };
  const release = indexGoal(facts, 'pypi', environments.release.value, route.value);
  const test = testpypi.value ? [indexGoal(facts, 'testpypi', environments.test.value, route.value)] : [];
  return { ...goal, indexes: [...test, release] };
}

function indexGoal(facts: Facts, id: IndexId, environment: string, route: Route): IndexGoal {
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
