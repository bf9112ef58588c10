import { keys, type Session } from './terminal.ts';

/**
 * The questions of a first run in each demo world, in order; the ones after the confirmation come when everything is
 * done.
 */
export const demoQuestions = {
  'team-premium': {
    before: [
      'How should releases be protected?',
      'Who may release',
      'Who must approve',
      'How many approvals',
      'Make these 6 changes?',
    ],
    after: ['Registered on PyPI?', 'Registered on TestPyPI?'],
  },
  solo: {
    before: ['How should releases be protected?', 'Make these 5 changes?'],
    after: ['Registered on PyPI?', 'Registered on TestPyPI?'],
  },
  'team-free': { before: ['How should releases be protected?', 'Make these 7 changes?'], after: [] },
  'self-managed': { before: ['How should releases be protected?', 'Make these 7 changes?'], after: [] },
};

export type DemoWorldName = keyof typeof demoQuestions;

/** A question that is still open, by clack's marker. */
const openQuestion = (question: string) =>
  new RegExp(`[◆*] +${question.replace(/[?()]/g, '\\$&').replace(/ /g, '\\s+(?:[│|]\\s+)?')}`);

/** Accepts the preselected answers. */
export async function answerAll(session: Session, questions: readonly string[]): Promise<void> {
  for (const question of questions) {
    await session.shows(openQuestion(question));
    session.press(keys.enter);
  }
}

/** Waits for a question to open. */
export const isAsked = (session: Session, question: string): Promise<void> =>
  session.shows(openQuestion(question));
