import { acceptedIssuer } from '../facts/id-tokens.ts';
import type { Facts } from '../facts/index.ts';
import { UserError } from '../kernel/errors.ts';
import type { Route } from '../kernel/route.ts';
import type { Sourced } from '../kernel/source.ts';
import type { Wishes } from './wishes.ts';

/** The facts that the choice depends on. */
export interface AttestFacts {
  gitlab: Pick<Facts['gitlab'], 'url'>;
  pipeline: { path: Facts['pipeline']['path']; reading: Pick<Facts['pipeline']['reading'], 'attests'> };
  indexes: { pypi: Pick<Facts['indexes']['pypi'], 'attested'> };
}

/**
 * Whether what is published is to have attestations: the user's choice, else the declared one, else what the pipeline does
 * now, else a recommendation where earlier releases have them. Throws a `UserError` where they are wanted and impossible.
 */
export function chooseAttest(facts: AttestFacts, { attest }: Wishes, route: Route): Sourced<boolean> {
  const reason = whyImpossible(facts, route);
  if (attest?.value && reason !== undefined)
    throw new UserError('attest-impossible', reason, "Leave out '--attest', or give '--no-attest'.");
  if (attest) return attest;
  const { path, reading } = facts.pipeline;
  if (reason === undefined && reading.attests)
    return { value: true, source: { by: 'file', path: path.value } };
  if (reason === undefined && facts.indexes.pypi.attested !== undefined)
    return { value: true, source: { by: 'recommended' } };
  return { value: false, source: { by: 'default' } };
}

/** PyPI takes attestations from Trusted Publishers alone, and verifies them for gitlab.com: https://docs.pypi.org/attestations/ */
function whyImpossible({ gitlab }: AttestFacts, route: Route): string | undefined {
  if (gitlab.url.value !== acceptedIssuer)
    return `Releases of ${gitlab.url.value} cannot have attestations: Sigstore and PyPI know the jobs of ${acceptedIssuer} only.`;
  return route === 'token'
    ? 'Releases published with an API token cannot have attestations: PyPI takes them from Trusted Publishers only.'
    : undefined;
}
