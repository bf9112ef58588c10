import type { Facts } from '../facts/index.ts';
import type { IndexId } from '../kernel/route.ts';
import { carriersIn, jobsBehind } from '../pipeline/model/builds.ts';
import type { PipelineModel } from '../pipeline/model/model.ts';
import type { ModelJob } from '../pipeline/model/types.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { isWrapper, kindOf, uploads } from '../pipeline/recognise/commands.ts';
import { merge } from '../pipeline/recognise/jobs.ts';
import { commandsOf } from '../pipeline/recognise/uploads.ts';
import { rolesOf } from '../pipeline/roles.ts';

/** Names the job that publishes to an index where only the model can tell, as from a configuration file or a Makefile. */
export function withPublishers(
  wanted: PipelineGoal,
  { pipeline: { reading } }: Facts,
  model: PipelineModel | undefined,
): PipelineGoal {
  if (reading.file === undefined || model === undefined) return wanted;
  const data = merge(reading.included, reading.file.data);
  const { publishers, mixed } = rolesOf(data, wanted.indexes, reading.route);
  const jobs = wanted.indexes.flatMap(({ id }): [IndexId, string][] => {
    if (publishers[id].length > 0) return [];
    const found = model.publications.filter(
      ({ target, command }) =>
        target.kind === 'index' && target.id === id && command !== undefined && uploads(command.text),
    );
    const [name, second] = new Set(found.map(({ job }) => job));
    const isHere = model.jobs.some(
      (job) =>
        job.name === name &&
        job.origin.kind !== 'child' &&
        (found.every(({ command }) => command?.via.length === 0) || onlyPublishes(job)),
    );
    const isOne = name !== undefined && second === undefined && !mixed.includes(name);
    return isOne && isHere ? [[id, name]] : [];
  });
  const { holes, publications } = model;
  const without = model.jobs.filter(({ name, commands }) => {
    const isRead = commands.some(({ via }) => via.length > 0) && holes.every(({ job }) => job !== name);
    return isRead && publications.every(({ job }) => job !== name);
  });
  return {
    ...wanted,
    carriers: carriersIn(model.jobs.filter(({ origin }) => origin.kind === 'file')),
    jobsWithoutUploads: without.map(({ name }) => name),
    publishingJobs: { ...Object.fromEntries(jobs), ...wanted.publishingJobs },
  };
}

/** Whether a target such as 'make publish', where a job calls one, does nothing but build and, in any case, upload. */
function onlyPublishes({ value, commands }: ModelJob): boolean {
  const own = commandsOf(value);
  const served = ({ text, condition }: ModelJob['commands'][number]) => {
    const kind = kindOf(text);
    if (kind === 'upload') return condition === undefined;
    return /^(?:build|install|credential|harmless|place)$/.test(kind) || /\btwine[ \t]+check\b/.test(text);
  };
  return (
    own.some(isWrapper) && !own.some(uploads) && commands.filter(({ via }) => via.length > 0).every(served)
  );
}

/** Whether what goes to PyPI are wheels that its rules for Linux allow, made by tools or in images that see to that. */
export function releasesWheels({ publications, jobs }: PipelineModel): boolean {
  const publishers = publications
    .filter(({ target }) => target.kind === 'index' && target.id === 'pypi')
    .map(({ job }) => job);
  const names = [...publishers, ...jobsBehind(publishers, jobs)];
  return jobs
    .filter(({ name }) => names.includes(name))
    .some(
      ({ image = '', commands }) =>
        /manylinux|musllinux/.test(image) ||
        commands.some(
          ({ tool = '', verb }) =>
            /^(?:cibuildwheel|auditwheel)$/.test(tool) ||
            (tool === 'maturin' && /^(?:build|publish)$/.test(verb ?? '')),
        ),
    );
}
