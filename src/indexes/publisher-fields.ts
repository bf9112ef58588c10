import type { Facts } from '../facts/index.ts';
import type { IndexGoal } from '../goal/index.ts';
import type { PublisherFields } from './publisher-form.ts';

/** The values of PyPI's form, spelt as GitLab's API spells them: PyPI compares their letter case. */
export function publisherFields(facts: Facts, index: IndexGoal): PublisherFields {
  const path = facts.gitlab.project.path;
  const slash = path.lastIndexOf('/');
  return {
    projectName: facts.python.packageName.value,
    namespace: path.slice(0, slash),
    project: path.slice(slash + 1),
    workflowFilepath: facts.pipeline.path.value,
    environment: index.environment,
  };
}
