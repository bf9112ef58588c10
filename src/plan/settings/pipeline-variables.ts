import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import type { PipelineVariablesRole } from '../../ports/gitlab.ts';
import { compare, type Difference } from '../difference.ts';
import type { Offer } from '../finding.ts';
import type { Step } from './setting.ts';

/** What is said about the variables that people may pass to a pipeline, and what is changed about it on a yes. */
export interface PipelineVariables {
  notes: string[];
  offers: Offer[];
  /** None unless the offer was taken. */
  steps: Step[];
  differences: Difference[];
}

/** What `Goal.agreed` calls the offer. */
export const closePipelineVariables = 'close pipeline variables';

const roles: Record<PipelineVariablesRole, string> = {
  no_one_allowed: 'Nobody',
  owner: 'Every Owner',
  maintainer: 'Every Maintainer',
  developer: 'Every Developer',
};

/**
 * A variable that is passed to a pipeline, or to a job that is started by hand, wins over all others, and is as good as
 * code (`BASH_ENV`): https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables
 */
export function pipelineVariables({ gitlab }: Facts, goal: Goal): PipelineVariables {
  const { id, webUrl, pipelineVariablesRole: role } = gitlab.project;
  if (role === null || role === 'no_one_allowed')
    return { notes: [], offers: [], steps: [], differences: [] };
  const who = `${roles[role]} who can start a pipeline may pass variables to it`;
  const why =
    'Such a variable wins over all others and is as good as code in the job that publishes (BASH_ENV).';
  const page = `${webUrl}/-/settings/ci_cd (section 'Variables', 'Minimum role to use pipeline variables': 'No one allowed')`;
  const isAgreed = goal.agreed.includes(closePipelineVariables);
  return {
    notes: isAgreed ? [] : [`${who}. ${why} Unless you need them, allow no one: ${page}.`],
    offers: [
      {
        id: closePipelineVariables,
        question: `${who}. ${why} Allow no one? Pipelines that are started with variables, also by a schedule or trigger, would be refused.`,
      },
    ],
    steps: isAgreed
      ? [
          {
            label: 'let nobody pass variables to pipelines',
            run: (ports) => ports.gitlab.updateProject(id, { pipelineVariablesRole: 'no_one_allowed' }),
          },
        ]
      : [],
    differences: isAgreed ? compare([[{ of: 'pipeline variables' }, role, 'no_one_allowed']]) : [],
  };
}
