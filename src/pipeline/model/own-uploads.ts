import type { YamlTable } from '../../text/yaml/document.ts';
import { uploads } from '../recognise/commands.ts';
import { type Job, scriptOf } from '../recognise/jobs.ts';
import { type KnownIndex, officialIndexes } from '../recognise/uploads.ts';
import { commandsOfJob } from './commands.ts';
import { jobInEffect, scriptsOf } from './jobs.ts';
import { publicationsOf, type Target } from './publications.ts';

/** An upload command in a job's own script. */
export interface OwnUpload {
  /** As written. */
  text: string;
  target: Target;
}

/**
 * The uploads in a job's own script, in order; nothing but the pipeline file is read. `variables` are those set by the
 * rules that let it run.
 */
export function ownUploads(
  { name, value }: Job,
  data: YamlTable,
  indexes: readonly KnownIndex[],
  variables: Record<string, string>,
): OwnUpload[] {
  if (!uploads(scriptOf(value))) return [];
  const job = jobInEffect(name, value, data, { kind: 'file' });
  const { commands } = commandsOfJob(scriptsOf(job));
  // An index that nothing is to be set up for may be uploaded to all the same.
  const others = officialIndexes.filter(({ id }) => indexes.every((it) => it.id !== id));
  const around = { indexes: [...indexes, ...others], readFile: () => undefined };
  const found = publicationsOf({ ...job, commands }, around, variables);
  return found.flatMap(({ command, target }) =>
    command !== undefined && uploads(command.text) ? [{ text: command.text, target }] : [],
  );
}
