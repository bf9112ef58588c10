import { type Facts, knownIndexes } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import type { IndexId } from '../kernel/route.ts';
import { followIn } from '../pipeline/model/local-scripts.ts';
import { type PipelineModel, readModel } from '../pipeline/model/model.ts';
import type { ProjectFacts } from '../pipeline/model/occasions.ts';
import type { Upload } from '../pipeline/model/uploads.ts';
import type { EditResult } from '../text/result.ts';
import { YamlSyntaxError } from '../text/yaml/document.ts';

/** The model of a pipeline text; undefined if it is not YAML to us, whatever GitLab thinks of it. */
export function modelOf(
  { gitlab, pipeline, indexes, texts }: Facts,
  { packageName }: Pick<Goal, 'packageName'>,
  text: string,
  like?: Pick<PipelineModel, 'occasions'>,
): PipelineModel | undefined {
  const readFile = (path: string) => texts.get(path);
  try {
    return readModel({
      text,
      project: modelProject({ gitlab }, { packageName }),
      indexes: knownIndexes(indexes),
      readFile,
      included: pipeline.reading.included,
      follow: followIn(readFile),
      ...(like === undefined ? {} : { occasions: like.occasions }),
    });
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

/** The project as its pipelines see it. */
export function modelProject(
  { gitlab }: Pick<Facts, 'gitlab'>,
  { packageName }: Pick<Goal, 'packageName'>,
): ProjectFacts {
  const { defaultBranch, path: projectPath } = gitlab.project;
  return { defaultBranch: defaultBranch ?? 'main', projectPath, package: packageName };
}

/** The pipeline file's wanted text; undefined if it neither exists nor will be written. */
export function intendedPipeline(
  edit: EditResult,
  { pipeline }: Pick<Facts, 'pipeline'>,
): string | undefined {
  return edit.kind === 'edited' ? edit.edits[0]?.after : pipeline.text;
}

/** What happens when, before and after an edit. */
export interface Occasions {
  before: Upload[];
  after: Upload[];
}

/** A job that publishes in a child pipeline, and the file that it is in. */
export interface ChildPublisher {
  job: string;
  file: string;
}

/** The jobs of child pipelines that publish to each index today. */
export function childPublishers(occasions: Occasions | undefined): Record<IndexId, ChildPublisher[]> {
  const to = (index: IndexId) =>
    (occasions?.before ?? []).flatMap(({ job, origin, target }) =>
      origin.kind === 'child' && target.kind === 'index' && target.id === index
        ? [{ job, file: origin.file }]
        : [],
    );
  return { pypi: to('pypi'), testpypi: to('testpypi') };
}
