import type { Options } from '../cli/options.ts';
import type { PublishTool, Route } from '../kernel/route.ts';
import type { Sourced } from '../kernel/source.ts';

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

/** The wishes that the command line expresses. */
export function wishesOf(options: Options): Wishes {
  const from = <T>(value: T | undefined, option: string) =>
    value === undefined ? undefined : { value, source: { by: 'option' as const, name: option } };
  const wishes = {
    route: from(options.route, 'route'),
    deployers: from(options.deployers, 'deployer'),
    approvers: from(options.approvers, 'approver'),
    approvals: from(options.approvals, 'approvals'),
    selfApproval: from(options.selfApproval, options.selfApproval ? 'self-approval' : 'no-self-approval'),
    releaseEnvironment: from(options.releaseEnvironment, 'release-environment'),
    testEnvironment: from(options.testEnvironment, 'test-environment'),
    testpypi: from(options.testpypi, options.testpypi === false ? 'no-testpypi' : 'testpypi'),
    publishWith: from(options.publishWith, 'publish-with'),
    releaseJob: from(options.releaseJob, 'release-job'),
    testJob: from(options.testJob, 'test-job'),
    buildJobs: from(options.buildJobs, 'build-job'),
  };
  return Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined)) as Wishes;
}
