import type { Facts } from '../facts/index.ts';
import { UserError } from '../kernel/errors.ts';
import type { PublishTool, Route } from '../kernel/route.ts';
import { fromGitLab, type Source, type Sourced } from '../kernel/source.ts';
import type { Wishes } from './wishes.ts';

/**
 * The user's choice, else what the pipeline already uses. twine supports Trusted Publishing only on the official
 * indexes.
 */
export function choosePublishTool(facts: Facts, wishes: Wishes, route: Route): Sourced<PublishTool> {
  const { reading, path } = facts.pipeline;
  const elsewhere = route !== 'token' && Object.values(facts.indexes).some(({ official }) => !official);
  if (wishes.publishWith?.value === 'twine' && elsewhere) {
    throw new UserError(
      'twine-other-index',
      'twine can use a Trusted Publisher only on https://pypi.org and https://test.pypi.org.',
      "Take '--publish-with uv' for another index.",
    );
  }
  const found =
    reading.publishWith === undefined || (reading.publishWith === 'twine' && elsewhere)
      ? undefined
      : { value: reading.publishWith, source: { by: 'file', path: path.value } as const };
  return wishes.publishWith ?? found ?? { value: 'uv', source: { by: 'default' } };
}

/** A pipeline of ours without the test job and its environment was set up with `--no-testpypi`. */
export function foundTestHalf(facts: Facts, environment: string): Sourced<boolean> {
  const { reading, path } = facts.pipeline;
  const inFile: Source = { by: 'file', path: path.value };
  if (!reading.ours || reading.hasTestJob)
    return { value: true, source: reading.ours ? inFile : { by: 'default' } };
  const { environments } = facts.gitlab;
  const exists = environments.known && environments.value.some(({ name }) => name === environment);
  return { value: exists, source: exists ? fromGitLab({ kind: 'environments' }) : inFile };
}
