import { describe, expect, it } from 'vitest';
import { type Agreed, type Difference, judge } from '../../../src/pipeline/model/judge.ts';
import { type PipelineModel, readModel } from '../../../src/pipeline/model/model.ts';
import { officialIndexes } from '../../../src/pipeline/recognise/uploads.ts';

function modelOf(text: string, like?: PipelineModel): PipelineModel {
  return readModel({
    text,
    project: { defaultBranch: 'main', projectPath: 'tides/almanac' },
    indexes: officialIndexes,
    readFile: () => undefined,
    ...(like === undefined ? {} : { occasions: like.occasions }),
  });
}

const written = { kind: 'written', value: '0.3.1' } as const;
const agreed: Agreed = { adds: [], ends: [], versions: { before: written, after: written } };

function judged(before: string, after: string, more: Partial<Agreed> = {}) {
  const earlier = modelOf(before);
  const { wrong, told } = judge(earlier, modelOf(after, earlier), { ...agreed, ...more });
  return { wrong: [...new Set(wrong.map(words))], told: [...new Set(told.map(words))] };
}

function words(difference: Difference): string {
  switch (difference.kind) {
    case 'upload-added':
    case 'upload-lost':
    case 'nothing-built':
    case 'other-credential':
    case 'undecided-target':
      return `${difference.kind} ${difference.upload.job} ${difference.upload.occasion}`;
    case 'two-publishers':
      return `${difference.kind} ${difference.jobs.join(' ')} ${difference.occasion}`;
    case 'needed-job-absent':
      return `${difference.kind} ${difference.job} ${difference.needs} ${difference.occasion}`;
    case 'started-early':
    case 'files-lost':
      return `${difference.kind} ${difference.upload.job} ${difference.jobs.join(' ')} ${difference.upload.occasion}`;
    case 'commands-lost':
    case 'tagging-lost':
      return `${difference.kind} ${difference.job} ${difference.commands.join('; ')}`;
    case 'start-changed':
    case 'files-changed':
    case 'version-changed':
      return `${difference.kind} ${difference.after.job} ${difference.after.occasion}`;
    case 'artifacts-lost':
      return `${difference.kind} ${difference.job} ${difference.paths.join(' ')} ${difference.occasion}`;
    case 'job-start-changed':
      return `${difference.kind} ${difference.job} ${difference.occasion}`;
    case 'command-moved':
      return `${difference.kind} ${difference.job} ${difference.command} ${difference.occasion}`;
    case 'job-lost':
      return `${difference.kind} ${difference.job}`;
  }
}

const build = `
stages: [build, test, ship, after]
build:
  stage: build
  script: [python -m build]
  artifacts: { paths: [dist/] }
`;
const rule = '  rules:\n    - if: $CI_COMMIT_TAG =~ /^v\\d+\\.\\d+\\.\\d+$/\n';
const old = `${build}ship:\n  stage: ship\n  script: [pip install twine, twine upload -p $P dist/*]\n${rule}`;
const token = '  id_tokens: { PYPI_ID_TOKEN: { aud: pypi } }\n';
const trusted = `${build}ship:\n  stage: ship\n${token}  script: [uv publish dist/*]\n${rule}`;

describe('an edit', () => {
  it('is right if a token becomes an ID token and nothing else changes', () => {
    expect(judged(old, trusted)).toEqual({ wrong: [], told: [] });
    expect(judged(trusted, trusted)).toEqual({ wrong: [], told: [] });
  });

  it('is wrong if the old job continues next to the new one', () => {
    const both = `${old}release:\n  stage: ship\n${token}  script: [uv publish dist/*]\n${rule}`;
    expect(judged(old, both).wrong).toEqual([
      'two-publishers ship release version-tag',
      'other-credential ship version-tag',
    ]);
  });

  it('reports that a manual job now starts by itself', () => {
    expect(judged(`${old}      when: manual\n`, trusted)).toEqual({
      wrong: [],
      told: ['start-changed ship version-tag'],
    });
  });

  it('is wrong if an upload no longer waits for tests, or for the job that somebody starts', () => {
    const test = 'unit:\n  stage: test\n  script: [pytest]\n';
    const gate = 'approve:\n  stage: test\n  script: [ok]\n  rules: [{if: $CI_COMMIT_TAG, when: manual}]\n';
    const needs = trusted.replace('  id_tokens', '  needs: [build]\n  id_tokens');
    expect(judged(old + test + gate, needs + test + gate).wrong).toEqual([
      'started-early ship unit approve version-tag',
    ]);
    expect(judged(needs + test + gate, needs + test + gate).wrong).toEqual([]);
    const optional = gate.replace('rules: [{if: $CI_COMMIT_TAG, when: manual}]', 'when: manual');
    expect(judged(old + optional, needs + optional).wrong).toEqual([]);
  });

  it('is wrong if release candidates go nowhere, unless that was agreed to', () => {
    const candidates =
      'try:\n  stage: ship\n  script: [twine upload -r testpypi dist/*]\n  only: [/rc\\d+$/]\n  except: [branches]\n';
    const pushes =
      'try:\n  stage: ship\n  id_tokens: { TESTPYPI_ID_TOKEN: { aud: testpypi } }\n  script: [uv publish --publish-url https://test.pypi.org/legacy/]\n  rules:\n    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n';
    expect(judged(old + candidates, trusted + pushes).wrong).toEqual([
      'upload-lost try pre-release-tag',
      'upload-added try default-branch',
    ]);
    const places = {
      ends: [{ index: 'testpypi', occasion: 'pre-release-tag' }],
      adds: [{ index: 'testpypi', occasion: 'default-branch' }],
    } as const;
    expect(judged(old + candidates, trusted + pushes, places).wrong).toEqual([]);
    expect(judged(old + candidates, trusted + pushes, places).told).toEqual([
      'upload-lost try pre-release-tag',
      'upload-added try default-branch',
    ]);
  });

  it('is wrong if nothing builds what is uploaded, or a needed job is missing', () => {
    const only = trusted.replace(
      '  script: [python -m build]',
      '  only: [main]\n  script: [python -m build]',
    );
    expect(judged(old, only).wrong).toContain('nothing-built ship version-tag');
    const needs = only.replace('  id_tokens', '  needs: [build]\n  id_tokens');
    expect(judged(old, needs).wrong).toContain('needed-job-absent ship build version-tag');
  });

  it('is wrong if another job runs at other times, is gone, or gets less', () => {
    const attach = 'attach:\n  stage: after\n  needs: [build]\n  script: [attach dist/*]\n  only: [tags]\n';
    expect(judged(old + attach, trusted).wrong).toEqual(['job-lost attach']);
    expect(judged(old + attach, trusted + attach.replace('only: [tags]', 'only: [main]')).wrong).toContain(
      'job-start-changed attach version-tag',
    );
    expect(judged(old + attach, trusted + attach.replace('[build]', '[]')).wrong).toContain(
      'artifacts-lost attach dist version-tag',
    );
    const leaves = '  artifacts: { paths: [dist/, SUMS] }\n';
    const sums = attach.replace('[build]', '[ship]');
    const empty = '  variables: { GIT_STRATEGY: empty }\n';
    expect(judged(old + leaves + sums, trusted + empty + leaves + sums).wrong).toEqual([
      'artifacts-lost attach SUMS version-tag',
    ]);
  });

  it('moves no command to where the script ends before it', () => {
    const guard = 'if [ "$CI_COMMIT_TAG" != v1.2.3 ]; then exit 1; fi';
    const job = (first: string, stamp: string) =>
      `stages: [ship]\nship:\n  stage: ship\n  only: [tags]\n  script:\n    - |\n      ${first}\n    - ${stamp}\n`;
    const stamp = 'stamp "$CI_COMMIT_TAG"';
    const moved = (first: string) => judged(job(guard, stamp), job(first, stamp)).wrong;
    expect(moved(`[ -z "$CI_COMMIT_TAG" ] || { ${guard}; }`)).toEqual([]);
    expect(moved('true')).toEqual([expect.stringContaining('command-moved')]);
  });

  it('is wrong if a release gets the version of a test upload', () => {
    const numbered = trusted.replace(
      '[python -m build]',
      "['uv version 0.dev$CI_PIPELINE_IID', python -m build]",
    );
    expect(judged(old, numbered).wrong).toEqual(['version-changed ship version-tag']);
  });

  it('is wrong if an upload comes to be beside another, whose index only shows when it runs', () => {
    const other = 'other:\n  stage: ship\n  script: [twine upload -r $WHERE dist/*]\n  only: [tags]\n';
    const adds = [{ index: 'pypi', occasion: 'version-tag' }] as const;
    expect(judged(build + other, trusted + other, { adds }).wrong).toEqual([
      'undecided-target other version-tag',
    ]);
    expect(judged(old + other, trusted + other).wrong).toEqual([]);
    const named = other.replace('$WHERE', 'house -p $PYPI_TOKEN');
    expect(judged(build + named, trusted + named, { adds }).wrong).toEqual([
      'undecided-target other version-tag',
    ]);
    const house = other.replace('$WHERE', 'house -p $HOUSE_TOKEN');
    expect(judged(build + house, trusted + house, { adds }).wrong).toEqual([]);
  });

  describe('after which another job checks what is uploaded', () => {
    const wheels = (kind: string) =>
      `${kind}:\n  stage: build\n  script: [cibuildwheel]\n  artifacts: { paths: [dist/*.whl] }\n`;
    const both = wheels('linux') + wheels('mac');
    const checked = (needs: string) =>
      `${trusted.replace('  id_tokens', '  dependencies: [check]\n  id_tokens')}check:\n  stage: test\n  needs: [${needs}]\n  script: [check]\n  artifacts: { paths: [dist/] }\n`;

    it('is right if the files of all builders reach it', () => {
      expect(judged(old + both, checked('build, linux, mac') + both).wrong).toEqual([]);
    });

    it('is wrong if those of a builder, or of a job that converts them, do not', () => {
      expect(judged(old + both, checked('build, mac') + both).wrong).toEqual([
        'files-lost ship linux version-tag',
      ]);
      const repair = `repair:\n  stage: test\n  needs: [linux]\n  script: [./repair]\n  artifacts: { paths: [dist/] }\n`;
      expect(judged(old + both + repair, checked('build, linux, mac') + both + repair).wrong).toEqual([
        'files-lost ship repair version-tag',
      ]);
      expect(judged(old + both + repair, checked('build, repair, mac') + both + repair).wrong).toEqual([]);
    });

    it('is right if a new job builds what the uploading one did, and wrong if it builds less', () => {
      const ship = old.slice(old.indexOf('ship:'));
      const own = `stages: [build, test, ship]\n${ship.replace('script: [', 'script: [python -m build, ')}`;
      expect(judged(own, checked('build')).wrong).toEqual([]);
      expect(judged(own, checked('build').replace('-m build', '-m build --sdist')).wrong).toEqual([
        'files-lost ship ship version-tag',
      ]);
      expect(judged(own + both, checked('build') + both).wrong).toEqual([
        'files-lost ship linux mac version-tag',
      ]);
      const emptied = own.replace('python -m build', 'rm -rf dist, python -m build');
      expect(judged(emptied + both, checked('build') + both).wrong).toEqual([]);
    });
  });

  it('may ask for the version where nobody asked before', () => {
    const reads = 'show:\n  stage: build\n  script: [uv version --short]\n  only: [tags]\n';
    const asks = trusted.replace(
      '[python -m build]',
      '[\'[ -n "$CI_COMMIT_TAG" ] || echo "$(uv version --short)"\', python -m build]',
    );
    expect(judged(old + reads, asks + reads).wrong).toEqual([]);
  });

  it('is wrong if nothing creates tags any more, and reports what else is gone', () => {
    const more = old.replace(
      'twine upload -p $P dist/*]',
      'twine upload -p $P dist/*, ./announce, git tag v1, git push --tags]',
    );
    const { wrong, told } = judged(more, trusted);
    expect(wrong).toEqual(['tagging-lost ship git tag v1; git push --tags']);
    expect(told).toEqual(['commands-lost ship ./announce']);
  });

  it('keeps the uploads to other places', () => {
    const registry =
      'house:\n  stage: ship\n  script: [twine upload --repository-url $CI_API_V4_URL/x -p $CI_JOB_TOKEN dist/*]\n  only: [tags]\n  needs: [build]\n';
    expect(judged(old + registry, trusted + registry)).toEqual({ wrong: [], told: [] });
    expect(judged(old + registry, trusted).wrong).toContain('upload-lost house version-tag');
  });

  it('on the API token route uses only that token', () => {
    const tokens = { pypi: 'P', testpypi: 'T' };
    expect(judged(old, old, { tokens })).toEqual({ wrong: [], told: [] });
    expect(judged(old, old.replace('$P', '$Q'), { tokens }).wrong).toEqual([
      'other-credential ship version-tag',
    ]);
  });
});

describe('a command that asks for the tag or makes one', () => {
  it('may not run on other occasions than before', () => {
    const before = `r:\n  stage: ship\n  rules: [{if: $CI_COMMIT_BRANCH == "main"}]\n  script: [semantic-release version]\n`;
    const after = `r:\n  stage: ship\n  script: [semantic-release version]\n`;
    expect(judged(before, after).wrong.join()).toContain('command-moved r semantic-release version');
  });

  describe('behind a condition of the shell', () => {
    const onTags = '  rules: [{if: $CI_COMMIT_TAG}]\n';
    const job = (lines: string[]) =>
      `build:\n  stage: build\n  script:\n${[...lines, 'python -m build'].map((it) => `    - '${it}'\n`).join('')}`;
    const opened = (...lines: string[]) =>
      judged(job(lines) + onTags, job(lines)).wrong.filter((it) => it.startsWith('command-moved'));

    it('may be in a job that runs on other occasions if the condition keeps it where it was', () => {
      expect(opened('[ -z "$CI_COMMIT_TAG" ] || hatch version $CI_COMMIT_TAG')).toEqual([]);
      expect(opened('[ -n "$CI_COMMIT_TAG" ] && hatch version $CI_COMMIT_TAG')).toEqual([]);
      expect(opened('if [ "$CI_COMMIT_TAG" ]; then hatch version $CI_COMMIT_TAG; fi')).toEqual([]);
    });

    it('may not run elsewhere if the condition does not keep it, or fails the job there', () => {
      expect(opened('[ -z "$SKIP" ] || hatch version $CI_COMMIT_TAG')).not.toEqual([]);
      expect(opened('test -n "$CI_COMMIT_TAG"')).not.toEqual([]);
    });
  });
});
