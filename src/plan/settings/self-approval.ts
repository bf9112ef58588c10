import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { compare, type Finding, finding, type Setting, type World } from './setting.ts';

/**
 * Whether the one who starts a release may approve it, a setting of the whole project. Listed only where the user says
 * so: https://docs.gitlab.com/ci/environments/deployment_approvals/#allow-self-approval
 */
export const selfApproval: Setting = {
  id: 'self-approval',
  title: 'Approval by the one who starts a release',
  dependsOn: [],
  inspect,
  reread,
};

function inspect(facts: Facts, goal: Goal): Finding {
  const { id, webUrl, triggererMayApprove } = facts.gitlab.project;
  const wanted = goal.selfApproval.value;
  const word = (allowed: boolean) => (allowed ? 'allowed' : 'not allowed');
  const differences = compare([
    ['allow_pipeline_trigger_approve_deployment', word(triggererMayApprove === true), word(wanted)],
  ]);
  if (differences.length === 0)
    return finding('ok', `It is ${word(wanted)} that the one who starts a release approves it.`);
  return finding('different', 'The project says otherwise about the one who starts a release.', {
    differences,
    manual: `Open ${webUrl}/-/settings/ci_cd, section 'Protected environments', and ${wanted ? 'set' : 'clear'} 'Allow pipeline triggerer to approve deployment'.`,
    steps: [
      {
        label: `${wanted ? 'let' : 'do not let'} the one who starts a release approve it`,
        run: ({ gitlab }) => gitlab.updateProject(id, { triggererMayApprove: wanted }),
      },
    ],
  });
}

async function reread(facts: Facts, { gitlab }: World): Promise<Facts> {
  const project = await gitlab.project(facts.gitlab.project.path);
  return { ...facts, gitlab: { ...facts.gitlab, project } };
}
