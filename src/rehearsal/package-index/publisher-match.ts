import type { Claims } from './id-token.ts';
import type { PublisherState } from './state.ts';

/** The publisher that matches a token's claims, or the reason in the words of `warehouse/oidc/models/gitlab.py`. */
export type Match<P> = { publisher: P } | { reason: string };

const required = ['sub', 'project_path', 'ci_config_ref_uri', 'jti', 'ref_path', 'sha'];

/** Finds the publisher for a GitLab ID token like Warehouse does: lookup first, then check by check. */
export function matchPublisher<P extends PublisherState>(publishers: P[], claims: Claims): Match<P> {
  const missing = required.find((name) => claims[name] === undefined || claims[name] === null);
  if (missing !== undefined) return { reason: `Missing claim '${missing}'` };
  const file = /\/\/(.+[^/]\.ya?ml)(?=@)/.exec(String(claims.ci_config_ref_uri))?.[1];
  if (file === undefined) return { reason: 'Could not extract workflow filename from OIDC claims' };
  const candidates = publishers.filter(
    (it) => same(pathOf(it), String(claims.project_path)) && it.workflowFilepath === file,
  );
  const publisher =
    candidates.find((it) => it.environment !== '' && it.environment === claims.environment) ??
    candidates.find((it) => it.environment === '');
  if (!publisher) return { reason: 'Publisher with matching claims was not found' };
  const reason = mismatch(publisher, claims);
  return reason === undefined ? { publisher } : { reason };
}

/** The case of namespace and project only matters in one claim, which is compared with the form's input. */
function mismatch(publisher: PublisherState, claims: Claims): string | undefined {
  const path = pathOf(publisher);
  if (!claims.ref_path || !claims.sha) return 'The ref_path and sha claims are empty';
  const [kind = '', subject = ''] = String(claims.sub).split(':');
  if (!same(`${kind}:${subject}`, `project_path:${path}`)) return "Check failed for required claim 'sub'";
  const expected = [claims.ref_path, claims.sha]
    .map((ref) => `gitlab.com/${path}//${publisher.workflowFilepath}@${ref}`)
    .sort();
  const actual = String(claims.ci_config_ref_uri);
  if (expected.includes(actual)) return undefined;
  const list = expected.map((it) => `'${it}'`).join(', ');
  return `The ci_config_ref_uri claim does not match, expecting one of [${list}], got '${actual}'`;
}

/** Whether two registrations, perhaps for different projects, are the same publisher: the form's input decides. */
export function isSamePublisher(one: PublisherState, other: PublisherState): boolean {
  return (
    pathOf(one) === pathOf(other) &&
    one.workflowFilepath === other.workflowFilepath &&
    one.environment === other.environment
  );
}

const pathOf = ({ namespace, project }: PublisherState) => `${namespace}/${project}`;

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
