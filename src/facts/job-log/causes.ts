/**
 * What stands in the log of a job that failed to publish, the most telling first; the first that is found counts. Texts
 * of `warehouse/oidc`, `warehouse/forklift` and `warehouse/attestations` of pypi/warehouse, of uv (0.8 to 0.13), twine
 * (6 and 7), GitLab's runner and of this tool's own tag check. Named groups are the cause's values.
 */
const patterns = {
  // The exchange of the ID token: https://docs.pypi.org/trusted-publishers/troubleshooting/
  'publisher-not-found': /\(Publisher with matching claims was not found\)/,
  'publisher-spelling':
    /ci_config_ref_uri claim does not match, expecting one of \[(?<expected>[^\]]{1,900})\],? got '(?<got>[^']{1,400})'/,
  'pipeline-file-unusable': /Could not extract workflow filename from OIDC claims/,
  'claim-missing': /\(Missing claim '(?<claim>\w{1,60})'\)/,
  'claim-refused': /\(Check failed for required claim '(?<claim>\w{1,60})'\)/,
  'refs-empty': /The ref_path and sha claims are empty/,
  'pending-name-taken': /invalid-pending-publisher|valid token, but project already exists/,
  'pending-name-refused':
    /The name '(?<name>[^']{1,200})' (?:is too similar to an existing project|isn't allowed|is invalid)/,
  'token-reused': /invalid-reuse-token|invalid token: already used/,
  'issuer-unknown': /unknown trusted publishing issuer/,
  'publishing-not-enabled':
    /trusted publishing functionality not enabled|403 Forbidden\)? (?:for url \(|from )https?:\/\/[^\s)]{1,200}\/_\/oidc\/audience/i,
  'token-malformed': /malformed JWT|trusted publishing Malformed token/,
  'audience-wrong':
    /Token audience claim mismatch \(expected (?<expected>[\w.:/-]{1,100}), got (?<got>[^)]{1,200})\)/,
  'token-invalid': /invalid-token\b|malformed or invalid token/,
  'exchange-refused':
    /`?(?<code>invalid-p[a-z-]{1,30})`?:? (?<reason>[^*]{1,300})|"code":"(?<key>invalid-p[a-z-]{1,30})"/,
  // Before the exchange.
  'id-token-missing':
    /ID token variable not found: (?<variable>\w{1,100})|Environment variable (?<other>\w{1,100}_ID_TOKEN) not found/,
  'not-gitlab-ci': /No OIDC token discovered|This environment is not supported for trusted publishing/,
  'client-too-old': /Trusted publishing was requested, but you're not in GitHub Actions/,
  'credential-left':
    /a username and a password are not allowed when using trusted publishing|cannot be used with .{0,30}--trusted-publishing/,
  'credential-missing':
    /Missing credentials for:? (?<url>\S{1,200})|Credential not found for (?:username|password|API token)/,
  // The upload.
  'file-exists': /File already exists \('(?<file>[^']{1,200})'/,
  'file-deleted': /This filename was previously used by a file that has since been deleted/,
  'local-version': /The use of local versions in '?(?<version>[^'\s]{1,100})'? is not allowed/,
  'release-closed': /Uploading new files to releases older than 14 days is not allowed/,
  'second-sdist': /Only one sdist may be uploaded per release/,
  'sdist-name':
    /Filename '(?<file>[^']{1,200})' is invalid, should be '(?<wanted>[^']{1,200})'|Invalid source distribution filename: (?<other>\S{1,200})/,
  'other-package-file': /Start filename for '(?<project>[^']{1,100})' with '(?<wanted>[^']{1,100})'/,
  'wheel-name':
    /Filename '(?<file>[^']{1,200})' should contain the normalized project name '(?<wanted>[^']{1,100})'/,
  'version-in-name': /Version in filename should be '(?<wanted>[^']{1,100})' not '(?<version>[^']{1,100})'/,
  'wheel-platform':
    /Binary wheel '(?<file>[^']{1,200})' has an unsupported platform tag '(?<tag>[^']{1,100})'/,
  'file-extension':
    /Invalid file extension: |Only files ending in `\.tar\.gz` are valid source distributions: (?<file>\S{1,200})|Unknown distribution format: '?(?<other>[^'\s]{1,200})/,
  'licence-file-missing': /License-File (?<path>\S{1,200}) does not exist in distribution file/,
  'classifier-unknown': /'(?<value>[^']{1,200})' is not a valid classifier/,
  'dependency-direct': /Can't have direct dependency: (?<value>.{1,200}?)\. See/,
  'summary-lines': /'summary' must be a single line/,
  'metadata-version': /'(?<value>\d\.\d)' is not a valid metadata version/,
  'description-unrendered': /The description failed to render for '(?<value>[^']{1,60})'/,
  'metadata-field': /'(?<value>[^']{1,200})' is invalid for '(?<field>[\w-]{1,60})'/,
  'url-invalid': /'(?<value>[^']{1,300})' is not a valid url/,
  'project-unknown': /Non-user identities cannot create new projects/,
  'token-other-project':
    /OIDC scoped token is not valid for project '(?<project>[^']{1,100})'|project-scoped token is not valid for project:? '?(?<other>[^'\s]{1,100})/,
  'project-closed': /The given token isn't allowed to upload to project '(?<project>[^']{1,100})'/,
  'user-name-refused': /Username\/Password authentication is no longer supported/,
  'credential-refused': /Invalid or non-existent authentication information/,
  'uploads-off': /New uploads are temporarily disabled/,
  'attestation-refused': /Invalid attestations supplied during upload: (?<reason>.{1,200}?)(?:\s{2}|$)/,
  'attestation-missing':
    /Upload with attestations requested, but (?<file>\S{1,200}) has no associated attestations/,
  'file-too-large': /File too large|Project size too large|413 (?:Request Entity|Payload|Content) Too Large/i,
  'index-down': /(?:status code|HTTPError:|Received ")\s?(?<status>50[0-4])\b/,
  // The job, before the client had its say.
  'nothing-to-publish': /No files found to publish|Cannot find file \(or expand pattern\)/,
  'tag-differs': /Built (?<version>[^,]{1,100}), but the tag is (?<tag>\S{1,100}): nothing is published/,
  'image-unpullable': /failed to pull image "(?<image>[^"]{1,300})"/i,
  'artifacts-missing':
    /(?:Downloading artifacts|No artifacts)[^.]{0,200}(?:not found|404|Not Found)|No files to upload/,
  'no-shell':
    /(?:exec: |shell not found|"sh"|"\/bin\/sh")[^.]{0,100}(?:executable file not found|no such file or directory)/,
  'command-not-found': /(?<command>[\w./-]{1,60}): (?:command )?not found/,
  'version-undetectable': /unable to detect version|unable to determine version/i,
  'host-unreachable':
    /Could not resolve host:? (?<host>\S{1,200})|dns error|Temporary failure in name resolution|Connection refused|Network is unreachable/,
  'certificate-untrusted':
    /certificate verify failed|invalid peer certificate|CERTIFICATE_VERIFY_FAILED|UnknownIssuer/,
  'disk-full': /No space left on device/,
  'time-limit': /execution took longer than (?<limit>\w{1,20})/,
} satisfies Record<string, RegExp>;

/** What the log says. */
export type LogCause = keyof typeof patterns;

/** A cause with what the log says of it. */
export interface FoundCause {
  kind: LogCause;
  /** By the names of the pattern's groups. */
  values: Record<string, string>;
}

/** Why a job failed, as its log has it; undefined for a log that says nothing known. */
export function causeInLog(sentence: string): FoundCause | undefined {
  for (const [kind, pattern] of Object.entries(patterns)) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    const values = Object.entries(found.groups ?? {}).filter(([, value]) => value !== undefined);
    return { kind: kind as LogCause, values: Object.fromEntries(values) };
  }
  return undefined;
}

/** The claims that uv shows of the ID token which it sent; null for an environment that the token has not. */
export interface ShownClaims {
  project: string;
  pipelineFile: string;
  environment: string | null;
}

/** What uv prints of the ID token's claims when an index refuses it; undefined if it did not. */
export function claimsInLog(sentence: string): ShownClaims | undefined {
  const found =
    /GitLabTokenClaims \{ sub: "[^"]{0,400}", project_path: "(?<project>[^"]{1,400})", ci_config_ref_uri: "[^"]{1,400}?\/\/(?<file>[^"@]{1,300})@[^"]{0,300}", environment: (?:None|Some\( ?"(?<environment>[^"]{0,255})")/.exec(
      sentence,
    )?.groups;
  if (found === undefined) return undefined;
  const { project = '', file = '', environment } = found;
  return { project, pipelineFile: file, environment: environment ?? null };
}
