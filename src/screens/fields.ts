import { formLabels } from '../indexes/publisher-page.ts';
import { type Difference, type Field, wordsOf } from '../plan/difference.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Screen } from '../terminal/terminal.ts';
import { shorten } from '../terminal/width.ts';

/** The labels of GitLab's and PyPI's own pages; the JSON report has the names of the API. */
const labels: Partial<Record<Field['of'], string>> = {
  issuer: 'GitLab instance',
  'pipeline file': 'CI/CD configuration file',
  'subject claim': "Claim 'sub' of ID tokens",
  'GitLab version': 'GitLab version',
  'environments feature': 'Environments',
  'project status': 'Project status',
  deployers: 'Allowed to deploy',
  approvals: 'Approvals',
  'self-approval': 'Whoever starts a release may approve it',
  'pipeline variables': 'Minimum role to use pipeline variables',
  credential: 'Credential',
  lint: "GitLab's lint",
};

const ofEnvironment = { tier: 'Deployment tier', externalUrl: 'External URL', description: 'Description' };

const ofVariable = {
  environmentScope: 'Environments',
  protected: 'Protect variable',
  masked: 'Mask variable',
  raw: 'Raw value, no expansion',
  type: 'Type',
  value: 'Value',
};

const ofBranch = {
  rule: 'Protected branch',
  push: 'Allowed to push and merge to',
  forcePush: 'Force push to',
};

function fieldLabel(field: Field): string {
  switch (field.of) {
    case 'environment':
      return ofEnvironment[field.name];
    case 'variable flag':
      return ofVariable[field.name];
    case 'publisher form':
      return formLabels[field.name];
    case 'tags':
      return `Allowed to create tags ${field.pattern}`;
    case 'branch':
      return `${ofBranch[field.part]} ${field.pattern}`;
    case 'variable':
      return field.key;
    case 'file':
      return field.path;
    default:
      return labels[field.of] ?? field.of;
  }
}

/** The longest value, however long outside names are. */
const longest = 160;

const shown = (text: string) => shorten(oneLine(text), longest);

/** A difference as one sentence fragment: 'Deployment tier: other -> production'. */
export function differenceText(difference: Difference): string {
  const { current, wanted } = wordsOf(difference);
  const from = current === '(none)' ? '' : `${shown(current)} -> `;
  return `${oneLine(fieldLabel(difference.field))}: ${from}${shown(wanted)}`;
}

/** A difference in a few words, for a line with several; empty for what goes without saying. */
export function briefText(difference: Difference): string {
  const { field } = difference;
  const { current, wanted } = wordsOf(difference);
  // The step says it all.
  if (field.of === 'self-approval') return '';
  if (current !== '(none)') return differenceText(difference);
  const text = shown(wanted);
  if (field.of === 'deployers') return `${text} deploy`;
  if (field.of === 'approvals') return text === 'not needed' ? 'no approval' : `${text} approve`;
  if (field.of === 'variable') return text;
  if (field.of === 'tags') return `${text} create them`;
  if (field.of === 'environment') return field.name === 'tier' ? `${text} tier` : '';
  return differenceText(difference);
}

/** What is not as wanted, one field per line. */
export function differencesView(differences: Difference[], { paint }: Screen): string[] {
  return differences.map((difference) => {
    const { current, wanted } = wordsOf(difference);
    const from = current === '(none)' ? '' : `${paint.red(shown(current))} ${paint.dim('->')} `;
    const label = paint.plain(`${oneLine(fieldLabel(difference.field))}:`);
    return `     ${label} ${from}${paint.green(shown(wanted))}`;
  });
}
