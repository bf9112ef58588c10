import type { Goal } from '../../goal/index.ts';
import type { PipelineModel } from '../../pipeline/model/model.ts';
import type { ModelJob } from '../../pipeline/model/types.ts';

/** A job that PyPI would let publish, although it is not the one that should. */
export interface JobBeside {
  name: string;
  /** It stands in a file that the pipeline includes or starts. */
  elsewhere: boolean;
  /** The publishing environment that it is in, and what it does there: `start` deploys, all else needs no approval. */
  environment: { name: string; action: string } | undefined;
  /** The audiences of indexes that it asks for. */
  audiences: string[];
}

/**
 * Every job in a publishing environment, or with an ID token for an index, but for those that publish. Whatever such a
 * job runs can publish: PyPI looks at neither the job's name nor the action of its environment. `isOurs` where the
 * publishers are as this tool writes them.
 */
export function jobsBeside(model: PipelineModel, goal: Goal, isOurs: boolean): JobBeside[] {
  const publishers = publishersOf(model, goal, isOurs);
  return model.jobs
    .filter((job) => !publishers.includes(job))
    .flatMap(({ name, origin, environment, idTokens }) => {
      const shared = goal.indexes.some((index) => index.environment === environment?.name);
      const asked = idTokens.flatMap((token) => token.audiences);
      const audiences = goal.indexes.map(({ audience }) => audience).filter((it) => asked.includes(it));
      if (!shared && audiences.length === 0) return [];
      const elsewhere = origin.kind !== 'file';
      return [{ name, elsewhere, environment: shared ? environment : undefined, audiences }];
    });
}

/**
 * The jobs that publish to the indexes as they should; before they are migrated, in whatever environment. A job of which
 * its ID token alone tells that it may publish counts where no other job has a command that does.
 */
export function publishersOf(model: PipelineModel, { indexes }: Goal, isOurs: boolean): ModelJob[] {
  const found = indexes.flatMap((index) => {
    const publications = model.publications.filter(
      ({ target }) => target.kind === 'index' && target.id === index.id,
    );
    const uploads = publications.filter(({ command }) => command !== undefined);
    const names = (uploads.length > 0 || isOurs ? uploads : publications).map(({ job }) => job);
    return model.jobs.filter(({ name, environment }) => {
      const deploys = environment === undefined || environment.action === 'start';
      return names.includes(name) && deploys && (!isOurs || environment?.name === index.environment);
    });
  });
  return [...new Set(found)];
}
