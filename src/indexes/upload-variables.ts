import type { PublishTool } from '../kernel/route.ts';

/** The variables from which an upload tool takes what is not on its command line. */
export interface UploadVariables {
  /** The password or token; the one that can hold an API token comes first. */
  readonly secretVariables: readonly string[];
  readonly userVariables: readonly string[];
  /** The upload URL. */
  readonly addressVariables: readonly string[];
  /** The name of an index in the tool's own configuration. */
  readonly nameVariables: readonly string[];
}

/** What each tool reads, according to its documentation. */
export const uploadVariables = {
  twine: {
    secretVariables: ['TWINE_PASSWORD'],
    userVariables: ['TWINE_USERNAME'],
    addressVariables: ['TWINE_REPOSITORY_URL'],
    nameVariables: ['TWINE_REPOSITORY'],
  },
  uv: {
    secretVariables: ['UV_PUBLISH_TOKEN', 'UV_PUBLISH_PASSWORD'],
    userVariables: ['UV_PUBLISH_USERNAME'],
    addressVariables: ['UV_PUBLISH_URL'],
    nameVariables: ['UV_PUBLISH_INDEX'],
  },
  pdm: {
    secretVariables: ['PDM_PUBLISH_PASSWORD'],
    userVariables: ['PDM_PUBLISH_USERNAME'],
    addressVariables: [],
    nameVariables: ['PDM_PUBLISH_REPO'],
  },
  hatch: {
    secretVariables: ['HATCH_INDEX_AUTH'],
    userVariables: ['HATCH_INDEX_USER'],
    addressVariables: [],
    nameVariables: ['HATCH_INDEX_REPO'],
  },
  flit: {
    secretVariables: ['FLIT_PASSWORD'],
    userVariables: ['FLIT_USERNAME'],
    addressVariables: ['FLIT_INDEX_URL'],
    nameVariables: [],
  },
  maturin: {
    secretVariables: ['MATURIN_PYPI_TOKEN', 'MATURIN_PASSWORD'],
    userVariables: ['MATURIN_USERNAME'],
    addressVariables: ['MATURIN_REPOSITORY_URL'],
    nameVariables: ['MATURIN_REPOSITORY'],
  },
} as const satisfies Record<string, UploadVariables>;

const all: readonly UploadVariables[] = Object.values(uploadVariables);

/** The variable in which each tool looks for an API token; twine then needs the user name `__token__`. */
export const tokenKeys: Record<PublishTool, string> = {
  uv: uploadVariables.uv.secretVariables[0],
  twine: uploadVariables.twine.secretVariables[0],
};

/**
 * Credentials that override the Trusted Publisher: twine silently prefers a password, uv refuses to start.
 * https://docs.astral.sh/uv/guides/package/ and https://twine.readthedocs.io/
 */
export const credentialKeys: Record<PublishTool, readonly string[]> = {
  uv: credentialsOf(uploadVariables.uv),
  twine: credentialsOf(uploadVariables.twine),
};

/** Variables that give uv or twine other credentials or another index. */
export const redirectingKeys: readonly string[] = [uploadVariables.uv, uploadVariables.twine].flatMap(
  (tool) => [...credentialsOf(tool), ...indexKeysOf(tool)],
);

function credentialsOf({ secretVariables, userVariables }: UploadVariables): string[] {
  return [...secretVariables, ...userVariables];
}

function indexKeysOf({ addressVariables, nameVariables }: UploadVariables): string[] {
  return [...addressVariables, ...nameVariables];
}

/** Poetry and uv name an index's variables after it: `POETRY_PYPI_TOKEN_PYPI`, `UV_INDEX_PRIVATE_PASSWORD`. */
export function secretKeysOf(tool: string, index: string | undefined): string[] {
  const name = (index ?? 'pypi').toUpperCase().replace(/[^A-Z0-9]/g, '_');
  if (tool === 'poetry') return [`POETRY_PYPI_TOKEN_${name}`, `POETRY_HTTP_BASIC_${name}_PASSWORD`];
  return tool === 'uv' && index !== undefined ? [`UV_INDEX_${name}_PASSWORD`] : [];
}

/** Prefixes of the names that a tool reserves, including those for an index of any name. */
const beginnings = [
  'TWINE_',
  'CI_TWINE_',
  'UV_PUBLISH_',
  'POETRY_PYPI_TOKEN_',
  'POETRY_HTTP_BASIC_',
  'POETRY_REPOSITORIES_',
  'HATCH_INDEX_',
  'PDM_PUBLISH_',
  'PYPI_OIDC_',
  'FLIT_INDEX',
  ...all.flatMap((tool) => [...credentialsOf(tool), ...indexKeysOf(tool)]),
];

/** Whether a variable's name suggests credentials or the URL of an index, for any tool. */
export function isCredentialName(name: string): boolean {
  const upper = name.toUpperCase();
  if (beginnings.some((beginning) => upper.startsWith(beginning))) return true;
  return /PYPI.*(?:TOKEN|PASS|SECRET|KEY|USER|LOGIN)|(?:TOKEN|PASS|SECRET).*PYPI/.test(upper);
}

/** Whether a variable's name suggests that whoever reads it can publish. */
export function isPublishingSecret(name: string): boolean {
  const upper = name.toUpperCase();
  return (
    upper.includes('PYPI') || all.some((tool) => tool.secretVariables.some((key) => upper.includes(key)))
  );
}
