import { describe, expect, it } from 'vitest';
import { judge } from '../../src/pipeline/model/judge.ts';
import { followIn } from '../../src/pipeline/model/local-scripts.ts';
import { readModel } from '../../src/pipeline/model/model.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import { reasonsOf } from '../../src/plan/judgement-words.ts';

const files = new Map([
  ['tox.ini', '[testenv:release]\ncommands = twine upload -p x dist/*\n'],
  ['.releaserc.yml', 'plugins: [["@semantic-release/exec", {publishCmd: twine upload -p $T dist/*}]]'],
  ['sub.yml', 'ship: {id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}, script: uv publish}\n'],
]);
const readFile = (path: string) => files.get(path);

/** Why an edit that adds the job 'release' would be refused. */
function reasons(before: string, after: string): string[] {
  const project = { defaultBranch: 'main', projectPath: 'team/demo', package: 'demo' };
  const [one, other] = [before, after].map((text) =>
    readModel({ text, project, indexes: officialIndexes, readFile, follow: followIn(readFile) }),
  );
  const versions = { before: { kind: 'git' }, after: { kind: 'git' } } as const;
  const { wrong } = judge(one!, other!, { adds: [], ends: [], versions });
  return reasonsOf(wrong, (job) => job === 'release');
}

describe('why an edit would be wrong', () => {
  const tags = 'rules: [{if: $CI_COMMIT_TAG}]';
  const release = `release: {id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}, script: uv publish, ${tags}}\n`;

  it('names the command that still uploads, where it is, and not the new job beside it', () => {
    const ship = `ship: {script: tox -e release, ${tags}}\n`;
    expect(reasons(ship, ship + release)).toEqual([
      "'ship' (through tox.ini:release) would go on uploading to PyPI by 'twine upload -p x dist/*', where it cannot be edited: first take that out, or let the job's own script upload",
    ]);
  });

  it('says once that several jobs upload the same', () => {
    const all = ['a', 'b', 'c'].map((name) => `${name}: {script: uv publish --token $T, ${tags}}\n`).join('');
    expect(reasons('', all)).toContain("'a' and 'b' and 'c' would all upload to PyPI");
    expect(reasons('', all).filter((it) => /would (?:both|all)/.test(it))).toHaveLength(1);
  });

  it('names what a release bot runs by its configuration', () => {
    const bot = `bot: {script: npx semantic-release, ${tags}}\n`;
    expect(reasons(bot, bot + release)).toEqual([
      expect.stringMatching(
        /^'bot' \(through .releaserc.yml:publishCmd\) would go on uploading to PyPI by 'twine upload/,
      ),
    ]);
  });

  it('says once what several jobs do by the same script, with the first of them', () => {
    const ships = ['a', 'b', 'c', 'd', 'e']
      .map((name) => `${name}: {script: tox -e release, ${tags}}\n`)
      .join('');
    expect(reasons(ships, ships + release)).toEqual([
      expect.stringMatching(/^'a', 'b', 'c' and 2 more \(through tox.ini:release\) would go on uploading/),
    ]);
  });

  it('tells the file of a job that has the name of another', () => {
    const both = `${release.replace('release', 'ship')}sub: {trigger: {include: sub.yml}, ${tags}}\n`;
    expect(reasons(both, both)).toEqual([
      "'ship' of the pipeline file and 'ship' of the child pipeline sub.yml would both upload to PyPI",
    ]);
  });

  it('says once what happens on several occasions', () => {
    const ship = (more: string) =>
      `ship: {script: uv publish, stage: deploy, ${more}id_tokens: {PYPI_ID_TOKEN: {aud: pypi}}, ${tags}}\n`;
    expect(reasons(`unit: {script: x}\n${ship('')}`, `unit: {script: x}\n${ship('needs: [], ')}`)).toEqual([
      "'ship' would no longer wait for 'unit' on a tag v1.2.3, a tag v1.2.3rc1 and a tag nightly: first put it into a later stage",
    ]);
  });

  it('tells on which occasion a job would run', () => {
    const rules = (more: string) =>
      `workflow: {rules: [{if: $CI_COMMIT_BRANCH}${more}]}\nlint: {script: x}\n`;
    expect(reasons(rules(''), rules(', {if: $CI_COMMIT_TAG}'))).toEqual([
      "the job 'lint' would run on a tag too: limit it by 'rules' first",
    ]);
  });
});
