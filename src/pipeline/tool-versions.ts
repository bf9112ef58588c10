/**
 * The exact versions that generated jobs use, and the date on which they were current. The only place with version
 * numbers.
 */
export const toolVersions = {
  checkedOn: '2026-11-27',
  uv: '0.13.9',
  python: '3.13',
  debian: 'trixie',
  twine: '7.0.0',
  packaging: '26.4',
  pypiAttestations: '0.0.30',
} as const;

/**
 * The oldest uv that supports GitLab's ID tokens; 0.8.17 only supports GitHub:
 * https://github.com/astral-sh/uv/pull/15583
 */
export const oldestUv = '0.8.18';

const { uv, python, debian } = toolVersions;

/**
 * Images of generated jobs. Renovate's manager `gitlabci` updates the version and keeps what follows the first dash.
 * The slim one lacks git, which only a build needs.
 */
export const images = {
  build: `ghcr.io/astral-sh/uv:${uv}-python${python}-${debian}`,
  slim: `ghcr.io/astral-sh/uv:${uv}-python${python}-${debian}-slim`,
} as const;
