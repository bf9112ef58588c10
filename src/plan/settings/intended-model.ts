import type { Facts } from '../../facts/index.ts';
import type { Goal } from '../../goal/index.ts';
import type { PipelineModel } from '../../pipeline/model/model.ts';
import { intendedPipeline, modelOf } from '../project-edit.ts';
import type { Verdicts } from '../verdicts.ts';

/** The pipeline as it is to be, with what it includes and calls; undefined where there is none, or none that can be read. */
export function intendedModel(facts: Facts, goal: Goal, verdicts: Verdicts): PipelineModel | undefined {
  const text = intendedPipeline(verdicts.pipelineEdit, facts);
  return text === undefined ? undefined : modelOf(facts, goal, text);
}
