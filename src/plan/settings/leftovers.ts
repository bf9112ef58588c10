import { type Facts, knownIndexes } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import { credentialKeys } from '../../indexes/upload-variables.ts';
import { readPipeline } from '../../pipeline/index.ts';
import type { PipelineModel } from '../../pipeline/model/model.ts';
import { toolsFolder } from '../../pipeline/template.ts';
import type { Verdicts } from '../verdicts.ts';
import { beatingVariables, type SettingVariable, settingVariables } from './beating.ts';
import { intendedModel } from './intended-model.ts';
import { type JobBeside, jobsBeside, publishersOf } from './jobs-beside.ts';
import {
  type Redirecting,
  type Redirection,
  redirectingVariables,
  redirectionInFile,
} from './redirecting.ts';
import type { Situation } from './setting.ts';
import { unreadCredentials } from './unread-credentials.ts';

/** A variable that the pipeline file sets for a job. */
export interface FileVariable {
  key: string;
  job: string;
}

/** Everything that gets in the way of a Trusted Publisher, or that nobody needs any more. */
export interface Leftovers {
  /** Credentials in settings that take the place of the Trusted Publisher. */
  beating: SettingVariable[];
  /** Such credentials in the pipeline file, as it is to be. */
  beatingInFile: FileVariable[];
  /** Credentials of an index that no job reads. */
  unread: SettingVariable[];
  redirecting: Redirecting[];
  redirectingInFile: (FileVariable & { does: Redirection })[];
  jobs: JobBeside[];
}

/** Looks for everything that is left over, as far as settings and files can be read. */
export function leftoversOf({ facts, goal, verdicts }: Situation): Leftovers {
  const keys = credentialKeys[goal.publishWith.value];
  const isOurs = verdicts.pipelineEdit.kind !== 'refused';
  const model = intendedModel(facts, goal, verdicts);
  return {
    beating: beatingVariables(facts, goal, keys),
    beatingInFile: credentialsLeft(facts, verdicts).filter(({ key }) => keys.includes(key)),
    unread: model ? unreadCredentials(facts, goal, model) : [],
    redirecting: redirectingVariables(settingVariables(facts), goal, isOurs),
    redirectingInFile: model ? redirectingInFile(model, goal, isOurs) : [],
    jobs: model ? jobsBeside(model, goal, isOurs) : [],
  };
}

/** Those of the file that its edit does not take out. */
function credentialsLeft({ pipeline, indexes }: Facts, { pipelineEdit: edit }: Verdicts): FileVariable[] {
  const [file] = edit.kind === 'edited' ? edit.edits : [];
  return (file ? readPipeline(file.after, knownIndexes(indexes)) : pipeline.reading).credentials;
}

function redirectingInFile(model: PipelineModel, goal: Goal, isOurs: boolean) {
  return publishersOf(model, goal, isOurs).flatMap(({ name, variables }) =>
    Object.entries(variables).flatMap(([key, value]) => {
      const does = redirectionInFile(key, goal, isOurs);
      // Where the job before has put twine.
      const isOwn = key === 'PYTHONPATH' && value === toolsFolder;
      // A checkout is a matter of the pipeline itself.
      return does === undefined || does === 'checkout' || isOwn ? [] : [{ key, job: name, does }];
    }),
  );
}
