import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenKeys } from '../../src/indexes/upload-variables.ts';
import type { PublishTool } from '../../src/kernel/route.ts';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { ownedProject } from '../../src/rehearsal/package-index/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { editedRepository } from '../support/pipeline/edited-repository.ts';
import { findMachine } from '../support/pipeline/machine.ts';
import { occasions } from '../support/pipeline/occasion.ts';
import { openPlace, type Place } from '../support/pipeline/place.ts';
import { runPipeline } from '../support/pipeline/run-pipeline.ts';
import { run } from '../support/tools.ts';

const machine = findMachine();
const { '.gitlab-ci.yml': _, ...files } = scratchFiles();
const secrets = {
  release: madeUpToken('pypi.org', 'canary of the releases'),
  'release-test': madeUpToken('test.pypi.org', 'canary of the test uploads'),
};
let place: Place;

/** Both packages exist, and each index has a token of their owner. */
beforeAll(async () => {
  if (!machine) return;
  place = await openPlace(machine);
  const { pypi, testpypi } = place.indexes;
  testpypi.state.projects.push(ownedProject('demo-pkg'));
  const token = { publisher: undefined, projects: ['demo-pkg'], expires: Number.POSITIVE_INFINITY };
  pypi.state.apiTokens.push({ ...token, secret: secrets.release });
  testpypi.state.apiTokens.push({ ...token, secret: secrets['release-test'] });
});
afterAll(() => place?.close());

/** The repository of a project on the token route. */
const repositoryOn = (publishWith: PublishTool) =>
  editedRepository({ files, publishWith, goal: { route: 'token' } });

describe.skipIf(!machine)('a pipeline on the token route, run for real', { timeout: 1_800_000 }, () => {
  it.each(['uv', 'twine'] as const)(
    "publishes with %s using each environment's token, and not without one",
    async (tool) => {
      const repository = await repositoryOn(tool);
      const environmentVariables = Object.fromEntries(
        Object.entries(secrets).map(([name, secret]) => [name, { [tokenKeys[tool]]: secret }]),
      );
      const on = (occasion: ReturnType<typeof occasions.tag>, given = environmentVariables) =>
        runPipeline(place, { repository, occasion, environmentVariables: given });
      const push = await on(occasions.push('main'));
      await run('git', ['tag', 'v1.2.3'], { cwd: repository });
      const bare = await on(occasions.tag('v1.2.3'), {});
      expect(bare.jobs.find(({ name }) => name === 'release')?.outcome).toBe('failed');
      expect(bare.uploads.pypi).toEqual([]);
      const tag = await on(occasions.tag('v1.2.3'));
      const uploaded = [push.uploads.testpypi, tag.uploads.pypi].map((all) =>
        all.map(({ version }) => version),
      );
      expect(uploaded).toEqual([
        ['1.2.3.dev1', '1.2.3.dev1'],
        ['1.2.3', '1.2.3'],
      ]);
      for (const { jobs } of [push, tag]) {
        expect(jobs.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
        expect(jobs.flatMap(({ audiences }) => audiences)).toEqual([]);
        expect(JSON.stringify(jobs)).not.toMatch(/pypi-A/);
      }
      for (const { state } of [place.indexes.pypi, place.indexes.testpypi]) state.files.length = 0;
    },
  );
});
