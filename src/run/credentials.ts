import { judged, type UploadToken } from '../facts/upload-tokens.ts';
import type { Wishes } from '../goal/wishes.ts';
import { indexTokenVariables } from '../indexes/token-variables.ts';
import { indexTokenPage, scopeAdvice } from '../indexes/upload-token.ts';
import { UserError } from '../kernel/errors.ts';
import type { IndexId } from '../kernel/route.ts';
import { sourceText } from '../kernel/source.ts';
import type { Offer } from '../plan/finding.ts';
import type { PlannedSetting } from '../plan/plan.ts';
import type { Situation } from '../plan/settings/setting.ts';
import type { Context } from './context.ts';
import type { Survey } from './survey.ts';

/** A plan, and everything it was made from. */
export interface Comparison extends Situation {
  survey: Survey;
  wishes: Wishes;
  plan: PlannedSetting[];
  /** The user said no to it. */
  declined?: boolean;
}

/** What a plan needs of the user before it can be confirmed. */
export type Need =
  | { kind: 'token'; index: IndexId }
  /** Anything that no run does on its own. */
  | { kind: 'offer'; offer: Offer };

/** The first thing that is still to be asked; `asked` has the ids of the offers already answered. */
export function needOf({ plan, facts }: Comparison, asked: readonly string[]): Need | undefined {
  for (const { finding } of plan) {
    const index = finding.kind === 'fixable' ? finding.needsToken : undefined;
    if (index !== undefined && !['found', 'left out'].includes(facts.uploadTokens[index].kind))
      return { kind: 'token', index };
  }
  const offer = plan.flatMap(({ finding }) => finding.offers).find(({ id }) => !asked.includes(id));
  return offer && { kind: 'offer', offer };
}

/** Throws a `UserError` if the plan needs an API token that nobody can be asked for. */
export function requireTokens(now: Comparison): void {
  const need = needOf(now, []);
  if (need?.kind === 'token') throw nobodyToAsk(now, need.index, now.facts.uploadTokens[need.index]);
}

/** Asks for an index's API token until it is one, or left out. */
export async function askToken(context: Context, now: Comparison, id: IndexId): Promise<Survey> {
  const { terminal } = context;
  const index = now.facts.indexes[id];
  const page = indexTokenPage(index);
  const advice = scopeAdvice(now.goal.packageName, index);
  terminal.print('', `Create a ${index.title} API token on this page; ${advice}:`, '', page, '');
  context.openPage?.(page);
  for (let token = now.facts.uploadTokens[id]; ; ) {
    if (token.kind === 'unusable')
      terminal.print(
        terminal.paint.yellow(`${sourceText(token.source)} is not a ${index.title} token: ${token.reason}.`),
      );
    const text = await terminal.secret(
      `API token of ${index.title}\nLeave it empty to add it yourself later.`,
    );
    if (text === '') return withToken(now.survey, id, { kind: 'left out' });
    const [judgement, secrets] = judged(id, text, { by: 'input' }, index);
    token = judgement;
    if (token.kind === 'found') return withToken(now.survey, id, token, secrets);
  }
}

function withToken(
  survey: Survey,
  id: IndexId,
  token: UploadToken,
  secrets: Survey['uploadTokens'] = {},
): Survey {
  const uploadTokens = { ...survey.facts.uploadTokens, [id]: token };
  return {
    ...survey,
    facts: { ...survey.facts, uploadTokens },
    uploadTokens: { ...survey.uploadTokens, ...secrets },
  };
}

function nobodyToAsk({ facts, goal }: Comparison, id: IndexId, token: UploadToken): UserError {
  const index = facts.indexes[id];
  const hint = `Set ${indexTokenVariables[id]} to a token made at ${indexTokenPage(index)} (${scopeAdvice(goal.packageName, index)}), or run it in a terminal.`;
  if (token.kind === 'unusable') {
    const message = `${sourceText(token.source)} does not hold an API token of ${index.title}: ${token.reason}.`;
    return new UserError('bad-upload-token', message, hint);
  }
  const message = `The route 'token' needs an API token of ${index.title}, and there is no terminal to ask for it.`;
  return new UserError('no-upload-token', message, hint);
}
