import type { Incoming, Outgoing } from '../http-server.ts';
import { normalized } from './names.ts';
import type { IndexState } from './state.ts';

/**
 * What `warehouse/attestations/services.py` would find wrong with uploaded attestations; `crash` where the real index
 * fails. Signatures are not verified, as there is no Sigstore here.
 */
export function attestationProblem(text: string, byPublisher: boolean): string | undefined {
  if (!byPublisher) return 'Attestations are only supported when using Trusted Publishing';
  let attestations: unknown;
  try {
    attestations = JSON.parse(text);
  } catch {
    return 'crash';
  }
  if (!Array.isArray(attestations)) return 'Malformed attestations: not a list';
  if (attestations.length === 0) return 'Malformed attestations: an empty attestation set is not permitted';
  return attestations.length > 2 ? 'A maximum of 2 attestations per file are supported' : undefined;
}

/** Who uploaded a file: https://docs.pypi.org/api/integrity/ */
export function provenance(state: IndexState, request: Incoming, name: string): Outgoing {
  const [version, filename] = request.path.split('/').slice(3, 5).map(decodeURIComponent);
  const file = state.files.find(
    (it) => it.filename === filename && it.version === version && it.project === normalized(name),
  );
  if (!file?.attestations || !file.publisher)
    return { status: 404, body: { message: `No provenance available for ${filename}` } };
  const { namespace, project, workflowFilepath, environment } = file.publisher;
  const publisher = {
    kind: 'GitLab',
    repository: `${namespace}/${project}`,
    workflow_filepath: workflowFilepath,
    environment: environment || null,
  };
  return {
    status: 200,
    body: { version: 1, attestation_bundles: [{ publisher, attestations: file.attestations }] },
    headers: { 'content-type': 'application/vnd.pypi.integrity.v1+json' },
  };
}
