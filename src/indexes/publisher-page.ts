import type { IndexId } from '../kernel/route.ts';
import type { PublisherFields } from './publisher-form.ts';

/** One line of the form, in the form's order. */
export interface FormRow {
  label: string;
  value: string;
}

/** The page on which an index registers the publisher. */
export interface FormPage {
  url: string;
  /** Only the page of an existing project takes values from its URL. */
  prefilled: boolean;
  /** What the user has to be and do there, in full sentences. */
  steps: string[];
}

/** The index that the page belongs to. */
interface Index {
  id: IndexId;
  url: string;
}

/** The page to open: the project's if it exists, else the account's pending publishers. */
export function publisherPage(index: Index, fields: PublisherFields, exists: boolean): FormPage {
  const { id, url } = index;
  const account =
    id === 'testpypi' ? ['TestPyPI has accounts of its own: sign in there or register first.'] : [];
  return exists
    ? { url: projectPage(url, fields), prefilled: true, steps: [...account, ...projectSteps] }
    : {
        url: `${url}/manage/account/publishing/`,
        prefilled: false,
        steps: [...account, ...pendingSteps],
      };
}

/** The lines of the form, with the page's own labels. */
export function formRows(fields: PublisherFields, exists: boolean): FormRow[] {
  const { projectName, namespace, project, workflowFilepath, environment } = fields;
  return [
    ...(exists ? [] : [{ label: 'PyPI Project Name', value: projectName }]),
    { label: 'Namespace', value: namespace },
    { label: 'Project name', value: project },
    { label: 'Top-level pipeline file path', value: workflowFilepath },
    { label: 'Environment name', value: environment },
  ];
}

const projectSteps = [
  'You must be an Owner of the project there and use two-factor authentication; the password may be asked again.',
  'The GitLab tab is open and filled in, with a warning to look at the values: compare them, then press Add.',
];

const pendingSteps = [
  'The project does not exist there yet, so this is a pending publisher; you need a verified e-mail address and two-factor authentication.',
  'PyPI cannot fill in this form: choose the GitLab tab (another one is open first), copy the values, then press Add.',
  'It lapses after 30 days without an upload, an account can have three of them, and it does not reserve the name.',
];

/** The view that prefills the form: `manage_project_oidc_publishers_prefill` of pypi/warehouse. */
function projectPage(indexUrl: string, fields: PublisherFields): string {
  const query = new URLSearchParams({
    provider: 'gitlab',
    namespace: fields.namespace,
    project: fields.project,
    workflow_filepath: fields.workflowFilepath,
    environment: fields.environment,
  });
  return `${indexUrl}/manage/project/${fields.projectName}/settings/publishing/?${query}`;
}
