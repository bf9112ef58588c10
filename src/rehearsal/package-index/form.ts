import type { PublisherFields } from '../../publisher/form.ts';
import { formRows } from '../../publisher/page.ts';
import { escapeHtml } from '../html.ts';

/** The GitLab form with what was typed and what was refused. */
export interface Form {
  fields: PublisherFields;
  errors: Partial<Record<keyof PublisherFields, string>>;
  /** Only the form for a project that does not exist yet asks for its name. */
  asksName: boolean;
  action: string;
}

const names: Record<keyof PublisherFields, string> = {
  projectName: 'project_name',
  namespace: 'namespace',
  project: 'project',
  workflowFilepath: 'workflow_filepath',
  environment: 'environment',
};

/** The providers that can be chosen; GitHub's tab is the first. */
export function tabs(open: string, path: string): string {
  const links = ['GitHub', 'GitLab', 'Google', 'ActiveState'].map(
    (name) => `<a href="${escapeHtml(path)}?tab=${name}"${name === open ? ' class="open"' : ''}>${name}</a>`,
  );
  return `<nav>${links.join('')}</nav>`;
}

/** The form for GitLab, with the labels that the tool itself shows to the user. */
export function publisherForm({ fields, errors, asksName, action }: Form): string {
  const keys = (Object.keys(names) as (keyof PublisherFields)[]).filter(
    (key) => asksName || key !== 'projectName',
  );
  const labels = formRows(fields, !asksName).map(({ label }) => label);
  const inputs = keys.map((key, at) => {
    const error = errors[key] === undefined ? '' : `<span class="error">${escapeHtml(errors[key])}</span>`;
    return `<label>${escapeHtml(labels[at] ?? key)}<input name="${names[key]}" value="${escapeHtml(fields[key])}"></label>${error}`;
  });
  return `<form method="post" action="${escapeHtml(action)}">${inputs.join('')}<button>Add</button></form>`;
}
