import { judged, type UploadToken } from '../facts/upload-tokens.ts';
import { decide } from '../goal/index.ts';
import type { Wishes } from '../goal/wishes.ts';
import { indexTokenVariables } from '../indexes/token-variables.ts';
import { indexTokenPage, scopeAdvice } from '../indexes/upload-token.ts';
import { UserError } from '../kernel/errors.ts';
import type { IndexId } from '../kernel/route.ts';
import { sourceText } from '../kernel/source.ts';
import { makePlan, type PlannedSetting } from '../plan/plan.ts';
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

/**
 * Asks for the API tokens that a plan needs, and about anything that no run does on its own; `asked` records the offers
 * answered. Throws a `UserError` if a token is needed and there is nobody to ask.
 */
export async function settleCredentials(
  context: Context,
  before: Comparison,
  asked: Set<string>,
): Promise<Comparison> {
  if (context.options.dryRun) return before;
  let now = before;
  for (const { finding } of before.plan)
    if (finding.kind === 'fixable' && finding.needsToken !== undefined)
      now = await withToken(context, now, finding.needsToken);
  if (context.terminal.interactive) now = { ...now, wishes: await withAgreed(context, now, asked) };
  const goal = decide(now.facts, now.wishes);
  return { ...now, goal, plan: makePlan({ ...now, goal }) };
}

async function withToken(context: Context, now: Comparison, id: IndexId): Promise<Comparison> {
  const { terminal } = context;
  let token = now.facts.uploadTokens[id];
  if (token.kind === 'found') return now;
  if (!terminal.interactive) throw nobodyToAsk(now, id, token);
  const index = now.facts.indexes[id];
  const page = indexTokenPage(index);
  const advice = scopeAdvice(now.goal.packageName, index);
  terminal.print(
    '',
    `An API token of ${index.title} is needed. Make one on this page; ${advice}:`,
    '',
    page,
    '',
  );
  context.openPage?.(page);
  for (;;) {
    if (token.kind === 'unusable')
      terminal.print(
        terminal.paint.yellow(
          `That from ${sourceText(token.source)} is no token of ${index.title}: ${token.reason}.`,
        ),
      );
    const text = await terminal.secret(`API token of ${index.title} (empty to put it there by hand)`);
    if (text === '') return known(now, id, { kind: 'left out' });
    const [judgement, secrets] = judged(id, text, { by: 'input' }, index);
    token = judgement;
    if (token.kind === 'found') return known(now, id, token, secrets);
  }
}

function known(
  now: Comparison,
  id: IndexId,
  token: UploadToken,
  secrets: Survey['uploadTokens'] = {},
): Comparison {
  const uploadTokens = { ...now.facts.uploadTokens, [id]: token };
  const { survey, facts } = now;
  return {
    ...now,
    facts: { ...facts, uploadTokens },
    survey: {
      ...survey,
      facts: { ...survey.facts, uploadTokens },
      uploadTokens: { ...survey.uploadTokens, ...secrets },
    },
  };
}

/** Asks about every offer once; the default is No. */
async function withAgreed(
  { terminal }: Context,
  { plan, wishes }: Comparison,
  asked: Set<string>,
): Promise<Wishes> {
  const agreed = [...(wishes.agreed ?? [])];
  for (const { id, question } of plan.flatMap(({ finding }) => finding.offers)) {
    if (asked.has(id)) continue;
    asked.add(id);
    if (await terminal.confirm(question, false)) agreed.push(id);
  }
  return { ...wishes, agreed };
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
