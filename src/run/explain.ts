import { didYouMean } from '../cli/did-you-mean.ts';
import { UserError } from '../kernel/errors.ts';
import { explainable, explainableView, explanationOf, explanationView } from '../screens/explain.ts';
import type { Context } from './context.ts';

/** Explains a check or an error, or lists them. Needs neither a project nor the network. */
export async function explain({ options: { topic }, terminal, program }: Context): Promise<number> {
  if (topic === undefined) {
    terminal.print(...explainableView(terminal));
    return 0;
  }
  const explanation = explanationOf(topic);
  if (explanation === undefined)
    throw new UserError(
      'no-such-topic',
      `There is no check or error '${topic}'.${didYouMean(topic, explainable)}`,
      `Run '${program} explain' for the list.`,
    );
  terminal.print(...explanationView(explanation, terminal));
  return 0;
}
