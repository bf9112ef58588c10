import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { UploadedFile } from '../../src/rehearsal/package-index/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { editedRepository } from '../support/pipeline/edited-repository.ts';
import { findMachine } from '../support/pipeline/machine.ts';
import { occasions } from '../support/pipeline/occasion.ts';
import { openPlace, type Place } from '../support/pipeline/place.ts';
import { runPipeline } from '../support/pipeline/run-pipeline.ts';
import { run } from '../support/tools.ts';

const machine = findMachine();
/** There is no Sigstore here, so what signs is made up; uv, twine and the rest are real. */
const uvx = join(import.meta.dirname, '../support/pipeline/stand-in-uvx.py');

const places: Place[] = [];
afterAll(() => Promise.all(places.map((place) => place.close())));

/** What an index stored beside each file: the name and digest that its attestations are about. */
const attested = (files: UploadedFile[]) =>
  files
    .map(({ filename, sha256, attestations = [] }) => ({
      filename,
      isAbout: attestations.map((it) => {
        const { envelope } = it as { envelope: { statement: string } };
        const statement = JSON.parse(Buffer.from(envelope.statement, 'base64').toString());
        const [{ name, digest }] = statement.subject;
        return name === filename && digest.sha256 === sha256 ? 'this file' : name;
      }),
    }))
    .sort((one, other) => one.filename.localeCompare(other.filename));

const bothFiles = (version: string) => [
  { filename: `demo_pkg-${version}-py3-none-any.whl`, isAbout: ['this file'] },
  { filename: `demo_pkg-${version}.tar.gz`, isAbout: ['this file'] },
];

describe.skipIf(!machine)('a pipeline that signs', { timeout: 900_000 }, () => {
  it.each(['uv', 'twine'] as const)(
    'publishes each file with its attestation, signed by a job without any other token: %s',
    async (publishWith) => {
      if (!machine) return;
      const { '.gitlab-ci.yml': _, ...files } = scratchFiles();
      const repository = await editedRepository({ files, publishWith, goal: { attest: true } });
      const place = await openPlace({ ...machine, uvx });
      places.push(place);
      const on = (occasion: Parameters<typeof runPipeline>[1]['occasion']) =>
        runPipeline(place, { repository, occasion });
      const pushed = await on(occasions.push('main'));
      await run('git', ['tag', 'v1.2.3'], { cwd: repository });
      const tagged = await on(occasions.tag('v1.2.3'));
      const jobs = [...pushed.jobs, ...tagged.jobs];
      expect(jobs.filter(({ outcome }) => outcome === 'failed').map(({ output }) => output)).toEqual([]);
      expect(tagged.jobs.map(({ name, audiences }) => [name, audiences])).toEqual([
        ['build', []],
        ['check-dist', []],
        ['attest', ['sigstore']],
        ['release', ['pypi']],
      ]);
      expect(attested(pushed.uploads.testpypi)).toEqual(bothFiles('1.2.3.dev1'));
      expect(attested(tagged.uploads.pypi)).toEqual(bothFiles('1.2.3'));
      // The version's page comes from a file's name, not from an attestation's.
      expect(tagged.jobs.at(-1)?.output).toContain('Published as https://pypi.org/project/demo-pkg/1.2.3/');
    },
  );
});
