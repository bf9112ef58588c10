import { describe, expect, it } from 'vitest';
import { editPipeline, readPipeline } from '../../src/pipeline/index.ts';
import { resolveJob } from '../../src/pipeline/recognise/jobs.ts';
import { officialIndexes } from '../../src/pipeline/recognise/uploads.ts';
import { parseYaml } from '../../src/text/yaml/document.ts';
import { hasSchema, schemaErrors } from '../support/gitlab-schema.ts';
import { publishingPipelines } from '../support/publishing-pipelines.ts';
import { changedLines } from '../support/tools.ts';
import { goalWith } from './pipeline-goal.ts';

const tools = ['uv', 'twine'] as const;
type Route = 'trusted' | 'token';

/** The text of a pipeline file after editing for a route; unchanged if there is nothing to do. */
function on(route: Route, tool: 'uv' | 'twine', text: string | undefined): string {
  const result = editPipeline(text, goalWith({ route, publishWith: tool }));
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.kind === 'edited' ? (result.edits[0]?.after ?? '') : (text ?? '');
}

const jobOf = (text: string, name: string) => resolveJob(parseYaml(text).data, name)?.value ?? {};

describe.each(tools)('a pipeline for an API token and %s', (tool) => {
  const text = on('token', tool, undefined);

  it('has no ID tokens and leaves the token to the tool; all else is as on the other routes', () => {
    expect(text).not.toMatch(/id_tokens|--trusted-publishing|--token|--password|TWINE_PASSWORD|UV_PUBLISH/);
    const other = on('trusted', tool, undefined);
    for (const name of ['release', 'release-test']) {
      const { id_tokens: _, script: __, ...job } = jobOf(other, name);
      const { script, ...own } = jobOf(text, name);
      expect(own).toEqual(job);
      expect(String(script)).toContain(tool === 'uv' ? 'uv publish' : 'twine upload');
    }
    expect(String(jobOf(text, 'check-dist').script)).toContain('CI_COMMIT_TAG');
    expect(jobOf(text, 'release').variables).toMatchObject({ GIT_STRATEGY: 'empty' });
  });

  it('is recognised and left alone', () => {
    expect(readPipeline(text, officialIndexes)).toMatchObject({
      ours: true,
      route: 'token',
      unsettled: [],
      publishWith: tool,
      releaseEnvironment: 'release',
    });
    expect(on('token', tool, text)).toBe(text);
  });

  it('comes and goes with the route, and nothing else changes', () => {
    const trusted = on('trusted', tool, undefined);
    const token = on('token', tool, trusted);
    const { gone, added } = changedLines(trusted, token);
    const upload = /publish|upload/i;
    expect(
      gone.filter((line) => !upload.test(line) && !/id_tokens:|_ID_TOKEN:|aud:|route: trusted/.test(line)),
    ).toEqual([]);
    expect(added.filter((line) => !upload.test(line) && !/route: token/.test(line))).toEqual([]);
    expect(on('token', tool, token)).toBe(token);
    const back = on('trusted', tool, token);
    expect(parseYaml(back).data).toEqual(parseYaml(trusted).data);
    expect(on('trusted', tool, back)).toBe(back);
  });

  it.each(Object.entries(publishingPipelines))(
    'is made from one that already publishes (%s), idempotently',
    (_, { text: before }) => {
      const result = editPipeline(before, goalWith({ route: 'token', publishWith: tool }));
      if (result.kind !== 'edited') throw new Error(JSON.stringify(result));
      const after = result.edits[0]?.after ?? '';
      expect(on('token', tool, after)).toBe(after);
      expect(after).not.toMatch(/--trusted-publishing|_ID_TOKEN/);
      if (hasSchema) expect([...schemaErrors(after)]).toEqual([]);
    },
  );
});

describe('a pipeline on the token route that has drifted', () => {
  const text = on('token', 'uv', undefined);
  const release = /^(release:[\s\S]*)uv publish( .*)$/m;

  it.each([
    ['another token', text.replace(release, '$1uv publish --token $OTHER$2'), 'release.script'],
    [
      'the other route',
      text.replace(release, '$1uv publish --trusted-publishing always$2'),
      'release.script',
    ],
    [
      'an ID token',
      text.replace(/^release:\n/m, 'release:\n  id_tokens:\n    PYPI_ID_TOKEN:\n      aud: pypi\n'),
      'release.id_tokens.PYPI_ID_TOKEN',
    ],
    [
      'a variable of the file',
      text.replace(/^release:\n/m, 'release:\n  variables:\n    UV_PUBLISH_TOKEN: x\n'),
      'release.variables.UV_PUBLISH_TOKEN',
    ],
  ])('to %s is restored', (_, drifted, field) => {
    expect(drifted).not.toBe(text);
    const result = editPipeline(drifted, goalWith({ route: 'token' }));
    expect(result).toMatchObject({ kind: 'edited', differences: [{ field }] });
    expect(on('token', 'uv', drifted)).toBe(text);
  });

  it('does not complain about the variable that it reads itself', () => {
    const before = 'p:\n  script: twine upload -p $TWINE_PASSWORD -u $OLD_PYPI_USER dist/*\n  only: [tags]\n';
    const { notes } = editPipeline(before, goalWith({ route: 'token', publishWith: 'twine' }));
    expect(notes.join()).toContain(
      'reads OLD_PYPI_USER any more: after the first release with the new variable',
    );
    expect(notes.join()).not.toContain('TWINE_PASSWORD');
  });
});
