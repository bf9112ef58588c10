import { acceptedIssuer, isIssuerRefused, isSubjectRefused, issuerRefusal } from '../../facts/id-tokens.ts';
import type { Facts } from '../../facts/index.ts';
import { isForeignPipeline } from '../../facts/pipeline-file.ts';
import { isOlderThan } from '../../facts/server-version.ts';
import type { Goal } from '../../goal/index.ts';
import { refusalText } from '../../indexes/project-name.ts';
import { formProblems } from '../../indexes/publisher-form.ts';
import type { Difference } from '../difference.ts';
import { type Finding, ok, unfixable } from '../finding.ts';
import { formFields, proofOf } from './publisher.ts';
import { nothingToReread, type Setting, type Situation } from './setting.ts';

/** What must hold for an index to match the project's ID tokens. Never changed here: other services trust it too. */
export const identity: Setting = {
  id: 'identity',
  kind: 'identity',
  title: "PyPI can recognise this project's jobs",
  dependsOn: [],
  inspect,
  reread: nothingToReread,
};

interface Problem extends Difference {
  message: string;
  manual: string;
}

function inspect(situation: Situation): Finding {
  const { facts, goal } = situation;
  const refused = issuer(situation);
  const others = [
    pipelineFile(facts),
    subject(facts),
    claims(facts),
    features(facts),
    ...form(facts, goal),
    ...names(facts, goal),
  ];
  const found = [refused, ...others].filter((problem) => problem !== undefined);
  const notes = acceptedNotes(facts, goal);
  if (found.length === 0) return ok('PyPI can match the ID tokens of this project.', { notes });
  return unfixable(
    refused === undefined ? 'blocked' : 'unavailable',
    found.map(({ message }) => message).join(' '),
    {
      differences: found.map(({ field, current, wanted }) => ({ field, current, wanted })),
      manual: found.map(({ manual }) => manual).join(' '),
      notes,
    },
  );
}

/** An index that has taken a token of this GitLab accepts it, whatever is known of the others. */
function issuer(situation: Situation): Problem | undefined {
  const { facts, goal } = situation;
  const url = facts.gitlab.url.value;
  const refusing = goal.indexes.filter((index) => isIssuerRefused(url, index));
  if (refusing.every((index) => proofOf(situation, index) !== undefined)) return undefined;
  return {
    field: { of: 'issuer' },
    current: url,
    wanted: acceptedIssuer,
    message: issuerRefusal('PyPI and TestPyPI accept', url),
    manual: `If PyPI staff have set up ${url} for your organization there, say so with --custom-issuer: the publisher page then has it as its issuer. An organization can ask for it (support+orgs@pypi.org). Else publish with an API token, with --route token.`,
  };
}

function pipelineFile({ gitlab, pipeline }: Facts): Problem | undefined {
  const { ciConfigPath, webUrl } = gitlab.project;
  const foreign = isForeignPipeline(ciConfigPath);
  if (!foreign && /\.ya?ml$/.test(pipeline.path.value)) return undefined;
  const current = ciConfigPath ?? pipeline.path.value;
  return {
    field: { of: 'pipeline file' },
    current,
    wanted: '.gitlab-ci.yml',
    message: foreign
      ? `The pipeline is defined outside of the project (${current}), and PyPI accepts only a file of the project itself.`
      : `The pipeline file ${current} ends neither in .yml nor in .yaml, and PyPI accepts no other.`,
    manual: `Set 'CI/CD configuration file' at ${webUrl}/-/settings/ci_cd to a .yml file of the project, then include the current file from there.`,
  };
}

function subject({ gitlab }: Facts): Problem | undefined {
  const { subClaimComponents: components, id, path } = gitlab.project;
  if (components === null || !isSubjectRefused(gitlab.project)) return undefined;
  return {
    field: { of: 'subject claim' },
    current: components.join(', '),
    wanted: 'project_path, ref_type, ref',
    message: `The claim 'sub' of the ID tokens begins with ${components[0] ?? 'nothing'}, and PyPI requires it to begin with project_path.`,
    manual: `${usedBefore(components[0], path)}Ask what else relies on that claim, then set it with: glab api --method PUT projects/${id} -F 'ci_id_token_sub_claim_components[]=project_path' -F 'ci_id_token_sub_claim_components[]=ref_type' -F 'ci_id_token_sub_claim_components[]=ref'.`,
  };
}

/** GitLab itself requires the id if the path had another owner before, and issues no tokens without it. */
function usedBefore(component: string | undefined, path: string): string {
  if (component !== 'project_id') return '';
  return `If GitLab's jobs said that the path ${path} was held by a different project before, no ID token of this project can match: publish with an API token, or move the project to a path that was never used. Otherwise: `;
}

/** PyPI matches on `ci_config_ref_uri`, which GitLab's ID tokens have since this version. */
const claimsSince = [16, 2] as const;

function claims({ gitlab }: Facts): Problem | undefined {
  if (!gitlab.server.known || !isOlderThan(gitlab.server.value.version, claimsSince)) return undefined;
  const wanted = `${claimsSince.join('.')} or newer`;
  return {
    field: { of: 'GitLab version' },
    current: gitlab.server.value.version,
    wanted,
    message: `GitLab ${gitlab.server.value.version} does not put the claim ci_config_ref_uri into its ID tokens, and no index can match them without it.`,
    manual: `Have GitLab updated to ${wanted}, or publish with an API token.`,
  };
}

function features({ gitlab }: Facts): Problem | undefined {
  const { environments, webUrl } = gitlab.project;
  if (environments !== 'disabled') return undefined;
  return {
    field: { of: 'environments feature' },
    current: 'disabled',
    wanted: 'enabled',
    message: 'Environments are turned off for this project.',
    manual: `Turn them on at ${webUrl}/edit under 'Visibility, project features, permissions'.`,
  };
}

function form(facts: Facts, goal: Goal): Problem[] {
  const problems = goal.indexes.flatMap((index) => {
    const fields = formFields(facts, index);
    return formProblems(fields).map(({ field, problem }) => ({ field, problem, current: fields[field] }));
  });
  // The pipeline file has its own check, with a better message.
  return problems
    .filter(({ field }) => field !== 'workflowFilepath')
    .filter((one, index, all) => all.findIndex((other) => other.problem === one.problem) === index)
    .map(({ field, problem, current }) => ({
      field: { of: 'publisher form', name: field },
      current,
      wanted: "a name that PyPI's form accepts",
      message: problem,
      manual: field === 'environment' ? 'Choose another name for the environment.' : 'Rename it on GitLab.',
    }));
}

/** A name that PyPI rejects ends the run earlier, so this concerns an index on which the project is new. */
function names({ indexes, python }: Facts, goal: Goal): Problem[] {
  const name = python.packageName.value;
  return goal.indexes.flatMap(({ id, title }) => {
    const refusal = indexes[id].nameRefusal;
    if (refusal === undefined) return [];
    return {
      field: { of: 'publisher form', name: 'projectName' },
      current: name,
      wanted: 'a name that the index accepts',
      message: refusalText(name, refusal, title),
      manual: id === 'testpypi' ? 'Leave TestPyPI out with --no-testpypi.' : 'Choose another name.',
    };
  });
}

function acceptedNotes(facts: Facts, goal: Goal): string[] {
  const others = goal.indexes.filter(({ gitlabComOnly }) => !gitlabComOnly).map(({ title }) => title);
  if (others.length === 0) return [];
  return [
    `Could not check whether ${others.join(' and ')} accept${others.length > 1 ? '' : 's'} tokens from ${facts.gitlab.url.value}; assuming yes.`,
  ];
}
