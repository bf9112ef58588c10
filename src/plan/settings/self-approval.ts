import { compare } from '../difference.ts';
import { type Finding, fixable, ok } from '../finding.ts';
import type { Setting, Situation } from './setting.ts';

/**
 * Whether people may approve their own releases, a project-wide setting. Only listed if the user sets it:
 * https://docs.gitlab.com/ci/environments/deployment_approvals/#allow-self-approval
 */
export const selfApproval: Setting = {
  id: 'self-approval',
  kind: 'self-approval',
  title: 'Approving your own release',
  dependsOn: [],
  inspect,
  reread: async ({ facts, ...rest }, { gitlab }) => {
    const project = await gitlab.project(facts.gitlab.project.path);
    return { ...rest, facts: { ...facts, gitlab: { ...facts.gitlab, project } } };
  },
};

function inspect({ facts, goal }: Situation): Finding {
  const { id, webUrl, triggererMayApprove } = facts.gitlab.project;
  const wanted = goal.selfApproval.value;
  const may = (allowed: boolean) => `Whoever starts a release may ${allowed ? '' : 'not '}approve it`;
  const differences = compare([[{ of: 'self-approval' }, triggererMayApprove === true, wanted]]);
  if (differences.length === 0) return ok(`${may(wanted)}.`);
  return fixable('different', `${may(!wanted)} today.`, {
    differences,
    manual: `Open ${webUrl}/-/settings/ci_cd, section 'Protected environments', and ${wanted ? 'set' : 'clear'} 'Allow pipeline triggerer to approve deployment'.`,
    steps: [
      {
        label: `${wanted ? 'let' : 'do not let'} whoever starts a release approve it`,
        run: ({ gitlab }) => gitlab.updateProject(id, { triggererMayApprove: wanted }),
      },
    ],
  });
}
