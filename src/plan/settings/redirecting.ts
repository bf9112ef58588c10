import type { Goal } from '../../goal/index.ts';
import type { PublishTool } from '../../kernel/route.ts';
import { fitsPattern } from '../../kernel/wildcard.ts';
import { tokenVariable } from '../../pipeline/pipeline-goal.ts';
import { reachesPublishing, type SettingVariable } from './beating.ts';

/** What a variable does to a job that publishes, beside giving it another credential. */
export type Redirection =
  /** The shell runs that file before the script. */
  | 'shell'
  /** Python loads code from there. */
  | 'python'
  /** Every program loads code from there. */
  | 'library'
  /** It says which programs run. */
  | 'programs'
  /** The repository is checked out, and `python -m` looks there first. */
  | 'checkout'
  /** uv reads that file, also where UV_NO_CONFIG is set. */
  | 'configuration'
  /** uv refuses to publish. */
  | 'refusal'
  /** uv accepts any certificate of that host. */
  | 'certificate'
  /** Twine is installed from there. */
  | 'installation'
  /** The upload goes there. */
  | 'address'
  /** What is signed is uploaded without its attestations. */
  | 'no-attestations'
  /** It has the name of the ID token's own variable. */
  | 'id-token';

interface Effect {
  does: Redirection;
  /** The jobs that this tool writes withstand it, so that it matters only in jobs that are not edited. */
  withstood?: true;
  /** It matters in the job that installs, which has no environment, in place of the one that publishes. */
  whereInstalled?: true;
}

const code = (does: Redirection): Record<PublishTool, Effect> => ({ uv: { does }, twine: { does } });
const installation: Record<PublishTool, Effect> = {
  // Nothing is installed beside the token, and uv brings all that it needs.
  uv: { does: 'installation', withstood: true },
  twine: { does: 'installation', whereInstalled: true },
};
const byPip = { twine: { does: 'installation', withstood: true } } as const;

/** https://docs.astral.sh/uv/reference/environment/#uv_publish_no_attestations */
const noAttestations = 'UV_PUBLISH_NO_ATTESTATIONS';

/**
 * Variables that lead an upload elsewhere, or bring code beside the token. Those of a project, a group and the instance
 * win over those of a job, and `inherit` does not keep them out: https://docs.gitlab.com/ci/variables/#cicd-variable-precedence.
 * Those named UV_PUBLISH_*, UV_CONFIG_FILE, UV_KEYRING_PROVIDER and UV_DEFAULT_INDEX were tried with uv 0.13.9 and
 * `uv publish --publish-url`; the others follow from GitLab's documentation and how the jobs are written. A proxy sees nothing of a TLS connection, so it is not
 * listed; nor is a bundle of certificates, which companies need.
 */
const effects: Record<string, Partial<Record<PublishTool, Effect>>> = {
  BASH_ENV: code('shell'),
  PYTHONPATH: code('python'),
  PYTHONHOME: { twine: { does: 'python' } },
  LD_PRELOAD: code('library'),
  LD_LIBRARY_PATH: code('library'),
  PATH: code('programs'),
  GIT_STRATEGY: { twine: { does: 'checkout' } },
  UV_CONFIG_FILE: { uv: { does: 'configuration' }, twine: { does: 'installation', whereInstalled: true } },
  UV_KEYRING_PROVIDER: { uv: { does: 'refusal' } },
  UV_INSECURE_HOST: { uv: { does: 'certificate' }, twine: { does: 'certificate', whereInstalled: true } },
  // The option conflicts with '--publish-url'.
  UV_PUBLISH_INDEX: { uv: { does: 'refusal' } },
  [noAttestations]: { uv: { does: 'no-attestations' } },
  UV_PUBLISH_URL: { uv: { does: 'address', withstood: true } },
  TWINE_REPOSITORY: { twine: { does: 'address', withstood: true } },
  TWINE_REPOSITORY_URL: { twine: { does: 'address', withstood: true } },
  UV_DEFAULT_INDEX: installation,
  UV_INDEX: installation,
  UV_INDEX_URL: installation,
  UV_EXTRA_INDEX_URL: installation,
  UV_FIND_LINKS: installation,
  // 'uv pip' does not read these.
  PIP_INDEX_URL: byPip,
  PIP_EXTRA_INDEX_URL: byPip,
  PIP_FIND_LINKS: byPip,
  PIP_CONFIG_FILE: byPip,
};

/** uv has no use for a keyring where it has an API token (tried with uv 0.13.9). */
const withToken = ['UV_KEYRING_PROVIDER'];

/** A variable that redirects, and how. */
export interface Redirecting {
  variable: SettingVariable;
  does: Redirection;
}

/** Which of the variables redirect; `isOurs` where the jobs are as this tool writes them. */
export function redirectingVariables(all: SettingVariable[], goal: Goal, isOurs: boolean): Redirecting[] {
  return all.flatMap((variable) => {
    const effect = effectOf(variable.key, goal);
    if (effect === undefined || (isOurs && effect.withstood)) return [];
    const reaches =
      isOurs && effect.whereInstalled
        ? fitsPattern('', variable.environmentScope)
        : reachesPublishing(variable, goal);
    return reaches ? [{ variable, does: effect.does }] : [];
  });
}

/** What a variable in the pipeline file does to a job that publishes; undefined where it does no harm. */
export function redirectionInFile(key: string, goal: Goal, isOurs: boolean): Redirection | undefined {
  const effect = effectOf(key, goal);
  return effect === undefined || (isOurs && (effect.withstood || effect.whereInstalled))
    ? undefined
    : effect.does;
}

function effectOf(key: string, { publishWith, indexes, route, attest }: Goal): Effect | undefined {
  if (key === noAttestations && !attest.value) return undefined;
  if (route.value === 'token' && withToken.includes(key)) return undefined;
  if (indexes.some(({ audience }) => tokenVariable(audience) === key))
    return route.value === 'token' ? undefined : { does: 'id-token' };
  return Object.hasOwn(effects, key) ? effects[key]?.[publishWith.value] : undefined;
}
