import { quote } from '../kernel/quote.ts';
import {
  type Choices,
  choiceNames,
  defaults,
  flagOf,
  type OptionName,
  type Options,
  placeNames,
  type Values,
} from './options.ts';

/** How a run was started. */
interface Started {
  program: string;
  options: Options;
  platform: NodeJS.Platform;
  /** In the demo, whose servers are those of no other run: its project is found by its directory alone. */
  rehearsal?: boolean;
}

/** The command that repeats a run without questions: same project, same choices. */
export function repeatCommand(
  { program, options, platform, rehearsal = false }: Started,
  choices: Partial<Choices>,
): string {
  const usual: Partial<Values> = defaults;
  const place = rehearsal
    ? (['directory'] as const)
    : placeNames.filter((name) => options[name] !== usual[name]);
  const words = [
    ...place.flatMap((name) => wordsOf(name, options[name])),
    ...choiceNames.flatMap((name) => wordsOf(name, choices[name])),
    '--yes',
  ];
  return [program, rehearsal ? 'demo' : 'setup', ...words.map((word) => quote(word, platform))].join(' ');
}

function wordsOf(name: OptionName, value: Values[OptionName] | undefined): string[] {
  if (value === undefined) return [];
  if (typeof value === 'boolean') return [flagOf(name, !value)];
  return [value].flat().flatMap((it) => given(flagOf(name), String(it)));
}

/** A value that begins with a dash would be read as an option. */
const given = (flag: string, value: string) => (value.startsWith('-') ? [`${flag}=${value}`] : [flag, value]);
