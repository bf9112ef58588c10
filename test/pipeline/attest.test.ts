import { describe, expect, it } from 'vitest';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import type { PipelineGoal } from '../../src/pipeline/pipeline-goal.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import { toolVersions } from '../../src/pipeline/tool-versions.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { goalWith, guard } from './pipeline-goal.ts';

function edited(text: string | undefined, change: Partial<PipelineGoal> = {}) {
  const result = editPipeline(text, goalWith({ attest: true, ...change }));
  if (result.kind !== 'edited') throw new Error(`It was not edited: ${JSON.stringify(result)}`);
  return {
    after: result.edits[0]?.after ?? '',
    fields: result.differences.map(({ field }) => field),
    notes: result.notes,
  };
}

const jobs = (text: string) => parseYaml(text).data as Record<string, Record<string, never>>;
const again = (text: string, change: Partial<PipelineGoal> = {}) =>
  editPipeline(text, goalWith({ attest: true, ...change })).kind;

const sign = `uvx --exclude-newer ${toolVersions.checkedOn} --from pypi-attestations==${toolVersions.pypiAttestations} pypi-attestations sign dist/*`;
const tagRule = { if: '$CI_COMMIT_TAG' };
const pushRule = { if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' };

/** What the job that signs has to be, field by field. */
const signer = {
  inherit: { default: false, variables: false },
  needs: ['check-dist'],
  variables: { GIT_STRATEGY: 'empty', UV_NO_CONFIG: '1', UV_NO_CACHE: '1' },
  id_tokens: { SIGSTORE_ID_TOKEN: { aud: 'sigstore' } },
  script: [sign],
  artifacts: { paths: ['dist/*.publish.attestation'] },
};

describe('a pipeline with attestations', () => {
  it('signs in a job of its own, which has no other token and hands on nothing else', () => {
    const { after, notes } = edited(undefined);
    expect(Object.keys(jobs(after))).toEqual([
      'build',
      'check-dist',
      'attest',
      '.publish',
      'release-test',
      'release',
    ]);
    expect(jobs(after).attest).toEqual({
      ...signer,
      stage: 'test',
      image: expect.stringMatching(/astral-sh\/uv:.*-slim$/),
      timeout: '15 minutes',
      rules: [guard, tagRule, pushRule],
    });
    expect(jobs(after)['.publish']?.dependencies).toEqual(['check-dist', 'attest']);
    expect(after.match(/SIGSTORE_ID_TOKEN/g)).toHaveLength(1);
    expect(notes.join()).toMatch(/while it is down, the job 'attest' fails before anything is published/);
    expect(again(after)).toBe('unchanged');
  });

  it('names the attestations to uv, and asks twine for them', () => {
    expect(jobs(edited(undefined).after).release?.script?.[0]).toBe(
      'uv publish --trusted-publishing always --publish-url https://upload.pypi.org/legacy/ dist/*.whl dist/*.tar.gz dist/*.publish.attestation',
    );
    const twine = edited(undefined, { publishWith: 'twine' }).after;
    expect(jobs(twine).release?.script?.[0]).toBe(
      'python -m twine upload --attestations --repository-url https://upload.pypi.org/legacy/ dist/*',
    );
    expect(again(twine, { publishWith: 'twine' })).toBe('unchanged');
  });

  it('has the job under another name if there is an attest job that does something else', () => {
    const { after } = edited('attest:\n  stage: test\n  script: [make attest]\n');
    expect(jobs(after).attest?.script).toEqual(['make attest']);
    expect(jobs(after)['attest-package']?.script).toEqual([sign]);
    expect(jobs(after)['.publish']?.dependencies).toEqual(['check-dist', 'attest-package']);
  });

  it('gets them where it had none, and loses all of them again', () => {
    const plain = edited(undefined, { attest: false }).after;
    const signed = edited(plain);
    expect(signed.fields.sort()).toEqual(
      ['attest', '.publish.dependencies', 'release-test.script', 'release.script'].sort(),
    );
    expect(again(signed.after)).toBe('unchanged');
    const back = edited(signed.after, { attest: false });
    expect(back.fields).toContain('attest');
    expect(jobs(back.after)).toEqual(jobs(plain));
    expect(again(back.after, { attest: false })).toBe('unchanged');
  });

  it('is read as one that signs, and one without as one that does not', () => {
    const reads = (text: string) => readPipeline(text, officialIndexes).attests;
    expect(reads(edited(undefined).after)).toBe(true);
    expect(reads(edited(undefined, { attest: false }).after)).toBe(false);
  });
});

describe('drift of the job that signs', () => {
  const after = edited(undefined).after;
  it.each<[string, string, string]>([
    [
      'a checkout',
      '    GIT_STRATEGY: empty # no checkout: only the checked files\n',
      '    GIT_STRATEGY: clone\n',
    ],
    [
      'another token beside',
      '  id_tokens:\n    SIGSTORE_ID_TOKEN:',
      '  id_tokens:\n    PYPI_ID_TOKEN: {aud: pypi}\n    SIGSTORE_ID_TOKEN:',
    ],
    ['another command beside', `    - ${sign}`, `    - make\n    - ${sign}`],
    [
      'a script before',
      '  timeout: 15 minutes\n  id_tokens',
      '  timeout: 15 minutes\n  before_script: [make]\n  id_tokens',
    ],
    ['more artifacts', '      - "dist/*.publish.attestation"', '      - dist/'],
    [
      'an environment',
      '  timeout: 15 minutes\n  id_tokens',
      '  timeout: 15 minutes\n  environment: release\n  id_tokens',
    ],
    [
      'no rule against forks and merge requests',
      `    - if: ${guard.if}\n      when: never\n    - if: $CI_COMMIT_TAG\n    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n\n.publish`,
      '    - if: $CI_COMMIT_TAG\n    - if: $CI_COMMIT_BRANCH\n\n.publish',
    ],
    [
      'files from elsewhere',
      '  needs:\n    - check-dist\n  variables:\n    GIT_STRATEGY: empty # no checkout: only the checked',
      '  needs:\n    - build\n  variables:\n    GIT_STRATEGY: empty # no checkout: only the checked',
    ],
    ['an upload without them', ' dist/*.publish.attestation\n', '\n'],
    ['a publishing job that does not take them', '    - check-dist\n    - attest\n', '    - check-dist\n'],
  ])('is repaired: %s', (_, from, to) => {
    const drifted = after.replace(from, to);
    expect(drifted).not.toBe(after);
    expect(jobs(edited(drifted).after)).toEqual(jobs(after));
  });

  it('is not a newer version of the tool', () => {
    expect(again(after.replace(`==${toolVersions.pypiAttestations}`, '==0.1.2'))).toBe('unchanged');
  });
});

const threeJobs = `stages: [build, attest, deploy]

build:
  stage: build
  image: python:3.13
  script:
    - pip install build
    - python -m build
  artifacts:
    paths: [dist/]

sign: # ours
  stage: attest
  image: python:3.13
  dependencies: [build]
  id_tokens:
    SIGSTORE_ID_TOKEN:
      aud: sigstore
  script:
    - pip install pypi-attestations
    - python -m pypi_attestations sign dist/*
  artifacts:
    paths: [dist/]
  rules:
    - if: $CI_COMMIT_TAG

upload:
  stage: deploy
  image: python:3.13
  dependencies: [build, sign]
  environment: release
  id_tokens:
    PYPI_ID_TOKEN:
      aud: pypi
  script:
    - pip install twine
    - twine upload --attestations dist/*
  rules:
    - if: $CI_COMMIT_TAG
`;

const oneJob = `build:
  stage: build
  image: python:3.13
  script:
    - pip install build
    - python -m build
  artifacts:
    paths: [dist/]

upload:
  stage: deploy
  image: python:3.13
  environment: release
  id_tokens:
    PYPI_ID_TOKEN:
      aud: pypi
    SIGSTORE_ID_TOKEN:
      aud: sigstore
  script:
    - pip install twine pypi-attestations
    - python -m pypi_attestations sign dist/*
    - twine upload --attestations dist/*
  rules:
    - if: $CI_COMMIT_TAG
`;

describe('a project that signs already', () => {
  it.each(['uv', 'twine'] as const)('keeps its job, which then holds nothing else: %s', (publishWith) => {
    const { after } = edited(threeJobs, { publishWith });
    const all = jobs(after);
    expect(all.sign).toMatchObject({ ...signer, stage: 'attest' });
    expect(all.sign).not.toHaveProperty('dependencies');
    expect(all.attest).toBeUndefined();
    expect(after).toContain('sign: # ours');
    expect(all['check-dist']?.needs).toEqual(['build']);
    expect(all.upload?.dependencies).toEqual(['check-dist', 'sign']);
    expect(all.upload?.script?.[0]).toMatch(
      publishWith === 'uv' ? /\.publish\.attestation$/ : /--attestations/,
    );
    expect(again(after, { publishWith })).toBe('unchanged');
  });

  it('gets a job of its own for what its publishing job signed', () => {
    const { after } = edited(oneJob, { publishWith: 'twine' });
    const all = jobs(after);
    expect(all.attest).toMatchObject(signer);
    expect(all.upload?.id_tokens).toEqual({ PYPI_ID_TOKEN: { aud: 'pypi' } });
    expect(JSON.stringify(all.upload?.script)).not.toMatch(/pypi.attestations/);
    expect(again(after, { publishWith: 'twine' })).toBe('unchanged');
  });

  it('signs no more where that is wanted', () => {
    const { after } = edited(threeJobs, { attest: false });
    expect(jobs(after).sign).toBeUndefined();
    expect(jobs(after).upload?.dependencies).toEqual(['check-dist']);
    expect(after).not.toMatch(/attestation/);
    const other = edited(oneJob, { attest: false, publishWith: 'twine' });
    expect(other.after).not.toMatch(/SIGSTORE|attestation/);
  });

  it('is refused where one job builds and signs', () => {
    const both = threeJobs.replace(
      '    - python -m build\n',
      '    - python -m build\n    - python -m pypi_attestations sign dist/*\n',
    );
    expect(editPipeline(both, goalWith({ attest: true }))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining("the job 'build' builds and signs in one"),
    });
  });
});
