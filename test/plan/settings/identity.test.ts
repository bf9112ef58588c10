import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/facts/index.ts';
import type { IndexGoal } from '../../../src/goal/index.ts';
import { known } from '../../../src/kernel/known.ts';
import { wordsOf } from '../../../src/plan/difference.ts';
import { differencesOf } from '../../../src/plan/finding.ts';
import { identity } from '../../../src/plan/settings/identity.ts';
import type { Situation } from '../../../src/plan/settings/setting.ts';

/** The part of the facts that this setting looks at. */
function inspect(
  change: { project?: object; version?: string; url?: string; pipeline?: string; environment?: string } = {},
) {
  const project = {
    path: 'group/proj',
    webUrl: 'https://gitlab.com/group/proj',
    id: 42,
    ciConfigPath: null,
    subClaimComponents: ['project_path', 'ref_type', 'ref'],
    environments: 'enabled',
    ...change.project,
  };
  const server = known({ version: change.version ?? '19.4.1-ee' });
  const facts = {
    gitlab: {
      url: { value: change.url ?? 'https://gitlab.com', source: { by: 'default' } },
      server,
      project,
    },
    pipeline: { path: { value: change.pipeline ?? '.gitlab-ci.yml', source: { by: 'default' } } },
    python: { packageName: { value: 'demo-pkg', source: { by: 'default' } } },
    indexes: { pypi: {} },
  } as unknown as Facts;
  const index = {
    id: 'pypi',
    title: 'PyPI',
    official: true,
    gitlabComOnly: true,
    environment: change.environment ?? 'release',
  } as IndexGoal;
  return identity.inspect({
    facts,
    goal: { indexes: [index] },
    verdicts: { publications: {} },
  } as unknown as Situation);
}

describe("the match of a project's ID tokens", () => {
  it('works on gitlab.com with default settings', () => {
    expect(inspect()).toMatchObject({ kind: 'ok' });
    expect(inspect({ project: { subClaimComponents: null } })).toMatchObject({ kind: 'ok' });
  });

  it('fails on another GitLab, whose tokens PyPI does not accept', () => {
    expect(inspect({ url: 'https://gitlab.example.com' })).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('gitlab.com only'),
      manual: expect.stringContaining('API token'),
    });
  });

  it.each([
    ['ci_config_path', { project: { ciConfigPath: 'ci.yml@other/project' } }],
    ['ci_config_path', { project: { ciConfigPath: 'https://example.com/ci.yml' } }],
    ['ci_config_path', { pipeline: 'ci/pipeline' }],
    ['ci_id_token_sub_claim_components', { project: { subClaimComponents: ['project_id', 'ref'] } }],
    ['GitLab version', { version: '16.1.4-ee' }],
    ['environments_access_level', { project: { environments: 'disabled' } }],
    ['environment', { environment: 'pypi.org' }],
    ['project', { project: { path: 'group/my--proj' } }],
  ])('is missed by %s', (field, change) => {
    const found = inspect(change);
    expect(found.kind).toBe('blocked');
    expect(differencesOf(found).map((it) => wordsOf(it).field)).toEqual([field]);
    expect(found.message).toMatch(/\.$/);
    expect(found.manual).not.toBe('');
  });

  it('fails for good if the path belonged to another project before, for which GitLab uses project_id', () => {
    const other = { project: { subClaimComponents: ['project_id', 'ref'] } };
    expect(inspect(other).manual).toMatch(
      /group\/proj was held by a different project before, .* publish with an API token, or move the project/,
    );
    expect(inspect({ project: { subClaimComponents: ['ref'] } }).manual).not.toContain('held by');
  });
});
