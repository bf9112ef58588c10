import { keysOf } from '../kernel/keys-of.ts';
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
  /** What the user has to be, to see the page at all. */
  account: Steps;
  /** What to do there. */
  form: Steps;
  /** What to check every time the page is opened: one full sentence. */
  reminder: string;
}

/** What the user has to be or do on a page, in full sentences. */
export interface Steps {
  full: string[];
  /** The same for a screen that also has the values and a question. */
  short: string[];
}

/** The index that the page belongs to. */
interface Index {
  id: IndexId;
  url: string;
  official: boolean;
}

/** What the page depends on besides the form's values. */
interface Circumstances {
  /** Whether the project exists on the index. */
  exists: boolean;
  /** URL of the GitLab that issues the ID tokens; absent for gitlab.com. */
  issuer?: string | undefined;
}

/** The page to open: the project's if it exists, else that of pending publishers. */
export function publisherPage(
  index: Index,
  fields: PublisherFields,
  { exists, issuer }: Circumstances,
): FormPage {
  // For other Warehouses it is unknown which page offers which issuer.
  const custom = index.official ? issuer : undefined;
  const own = exists ? prefilledSteps : custom === undefined ? pendingSteps : organizationSteps;
  const url = exists
    ? projectPage(index.url, fields, issuer)
    : `${index.url}/manage/${custom === undefined ? 'account/publishing' : 'organizations'}/`;
  return {
    url,
    prefilled: exists,
    account: accountSteps(index, exists),
    form: {
      full: [...own.full, ...issuerSteps(custom), ...otherPublishersSteps(fields)],
      short: [
        ...own.short,
        ...(custom === undefined ? [] : [`Choose the issuer ${custom}.`]),
        'Remove publishers that have no environment or a different spelling.',
      ],
    },
    reminder: reminderFor(fields),
  };
}

/** All that there is to say of a page. */
export const allSteps = ({ account, form }: Pick<FormPage, 'account' | 'form'>): string[] => [
  ...account.full,
  ...form.full,
];

/** The lines of the form, with the page's own labels. */
export function formRows(fields: PublisherFields, exists: boolean): FormRow[] {
  return keysOf(formLabels)
    .filter((name) => !exists || name !== 'projectName')
    .map((name) => ({ label: formLabels[name], value: fields[name] }));
}

/** What the form calls its fields, in its order. */
export const formLabels: Record<keyof PublisherFields, string> = {
  projectName: 'PyPI Project Name',
  namespace: 'Namespace',
  project: 'Project name',
  workflowFilepath: 'Top-level pipeline file path',
  environment: 'Environment name',
};

/** PyPI asks for all of this before it shows the page, and does not always return to it with the query intact. */
function accountSteps({ id, url }: Index, exists: boolean): Steps {
  return {
    full: [
      ...(id === 'testpypi' ? ['TestPyPI has its own accounts: sign in there, or register first.'] : []),
      `First sign in at ${url}/account/login/. You need a verified e-mail address and two-factor authentication.`,
      'If PyPI makes you set these up, or confirm a new device by e-mail, it may forget the page and its values: open the address again.',
      ...(exists ? ['You must be an Owner of the project there. PyPI may ask for your password again.'] : []),
    ],
    short: [
      `Sign in there first${exists ? ', as an Owner of the project' : ''}${id === 'testpypi' ? '; TestPyPI has its own accounts' : ''}.`,
    ],
  };
}

const prefilledSteps: Steps = {
  full: ['The page opens on the GitLab tab with everything filled in. Compare the values, then click "Add".'],
  short: ['Everything is filled in there: compare the values, then click "Add".'],
};

/** What holds for a pending publisher on either page, around the instructions for the form. */
const pending = (full: string, ...short: string[]): Steps => ({
  full: [
    'The project does not exist there yet, so this is a pending publisher. PyPI rejects the name if it is too similar to an existing one; only likely spellings were checked.',
    full,
    'Publish within 30 days or it expires. It does not reserve the name. Limit: three pending publishers per account.',
  ],
  short: [...short, 'Publish within 30 days or it expires.'],
});

const pendingSteps = pending(
  'PyPI cannot prefill this form: switch to the GitLab tab (PyPI shows GitHub first), copy the values, then click "Add".',
  'Switch to the GitLab tab (not GitHub), copy the values, click "Add".',
);

/** The account's own page of pending publishers offers gitlab.com only. */
const organizationSteps = pending(
  'Choose "Publishing" of your organization, as only its page offers your GitLab. Switch to the GitLab tab, copy the values, then click "Add".',
  'Choose "Publishing" of your organization: only there is your GitLab.',
  'Switch to the GitLab tab (not GitHub), copy the values, click "Add".',
);

const issuerSteps = (issuer: string | undefined) =>
  issuer === undefined
    ? []
    : [
        `The issuer must be ${issuer}. PyPI offers it only if its staff have set it up for your organization.`,
      ];

/**
 * A publisher without an environment accepts a token from any job, even next to one with an environment. The lookup
 * ignores case, but `ci_config_ref_uri` is then compared case-sensitively: `warehouse/oidc/models/gitlab.py` of
 * pypi/warehouse.
 */
function otherPublishersSteps({ namespace, project, environment }: PublisherFields): string[] {
  return [
    `Then look at the publishers already listed there. Remove any for ${namespace}/${project} without an environment: it lets every job of the pipeline publish, so "${environment}" protects nothing.`,
    'Also remove any in a different spelling or letter case: PyPI may pick it over the right one and reject the upload.',
  ];
}

function reminderFor({ environment }: PublisherFields): string {
  return `On that page, remove every publisher without an environment or in a different spelling: it bypasses "${environment}", or wins over the right one.`;
}

/** The view that prefills the form: `manage_project_oidc_publishers_prefill` of pypi/warehouse. */
function projectPage(indexUrl: string, fields: PublisherFields, issuer: string | undefined): string {
  const query = new URLSearchParams({
    provider: 'gitlab',
    namespace: fields.namespace,
    project: fields.project,
    workflow_filepath: fields.workflowFilepath,
    environment: fields.environment,
    ...(issuer === undefined ? {} : { issuer_url: issuer }),
  });
  return `${indexUrl}/manage/project/${fields.projectName}/settings/publishing/?${query}`;
}
