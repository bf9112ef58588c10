import type { Paint } from './paint.ts';
import { answerRows, hintOf, isFound, labelOf, messageRows } from './question.ts';
import type { Choice, Streams } from './terminal.ts';
import { wrapLine } from './width.ts';

/** The prompt library, and the core that its prompts are made of. */
export interface Library {
  prompts: typeof import('@clack/prompts');
  core: typeof import('@clack/core');
}

/** A question with several answers. */
export interface ManyQuestion<T> {
  question: string;
  choices: Choice<T>[];
  initial: T[];
  paint: Paint;
}

/** What is drawn of the list: which row the cursor is on, which are selected, and what was typed to search. */
interface ListState {
  state: string;
  cursor: number;
  rows: Row[];
  selected: number[];
  search?: string;
}

interface Row {
  value: number;
  label: string;
  hint: string;
}

/** The columns that the frame takes, and those of the cursor and the box. */
const frame = 4;
const mark = 4;

/** Longer lists are searched rather than scrolled. */
const longList = 12;

/**
 * Asks for any number of answers; resolves to their positions, or the library's symbol for a cancelled prompt. Drawn
 * here, because the library's own list hides its cursor where there are no colours, and does not name what was chosen.
 */
export async function selectMany<T>(
  library: Library,
  { question, choices, initial, paint }: ManyQuestion<T>,
  common: Streams & { signal: AbortSignal },
): Promise<number[] | symbol> {
  const { core } = library;
  const rows = choices.map((choice, value) => ({
    value,
    label: labelOf(choice.label),
    hint: hintOf(choice),
  }));
  const chosen = initial.flatMap((value) => {
    const index = choices.findIndex((choice) => choice.value === value);
    return index < 0 ? [] : [index];
  });
  const draw = (list: ListState) =>
    drawn(library, list, { question, all: rows, paint, output: common.output });
  if (rows.length > longList) {
    const prompt = new core.AutocompletePrompt<Row>({
      ...common,
      options: rows,
      multiple: true,
      initialValue: chosen,
      filter: (typed, row) => isFound(typed, row),
      render() {
        return draw({
          state: this.state,
          cursor: this.cursor,
          rows: this.filteredOptions,
          selected: this.selectedValues,
          search: this.isNavigating ? this.userInput : this.userInputWithCursor,
        });
      },
    });
    const answer = await prompt.prompt();
    return typeof answer === 'symbol' ? answer : prompt.selectedValues;
  }
  const prompt = new core.MultiSelectPrompt<Row>({
    ...common,
    options: rows,
    initialValues: chosen,
    required: false,
    render() {
      return draw({ state: this.state, cursor: this.cursor, rows, selected: this.value ?? [] });
    },
  });
  return (await prompt.prompt()) ?? [];
}

interface Frame {
  question: string;
  all: Row[];
  paint: Paint;
  output: Streams['output'];
}

function drawn({ prompts, core }: Library, list: ListState, { question, all, paint, output }: Frame): string {
  const { state, cursor, rows, selected, search } = list;
  const isOpen = state !== 'submit' && state !== 'cancel';
  const bar = `${(isOpen ? paint.cyan : paint.dim)(prompts.S_BAR)}  `;
  const columns = core.getColumns(output);
  const folded = (text: string) =>
    wrapLine(text, columns - frame)
      .split('\n')
      .map((row) => bar + paint.dim(row));
  const [first = '', ...more] = messageRows(question, paint, columns);
  const heading = [
    paint.dim(prompts.S_BAR),
    `${prompts.symbol(state as Parameters<typeof prompts.symbol>[0])}  ${first}`,
    ...more.map((row) => bar + row),
  ];
  if (!isOpen) {
    const names = all.filter(({ value }) => selected.includes(value)).map(({ label }) => label);
    const answer = names.length === 0 ? 'none' : namesText(names);
    return [...heading, ...(state === 'submit' ? folded(answer) : [])].join('\n');
  }
  const keys =
    search === undefined
      ? ['Space selects']
      : ['type to search', 'Tab selects', `${selected.length} selected`];
  const footer = [...folded([...keys, 'Enter confirms'].join(', ')), paint.cyan(prompts.S_BAR_END)];
  const searching = search === undefined ? [] : [`${bar}${paint.dim('Search:')} ${search}`];
  const visible = prompts.limitOptions({
    cursor,
    options: rows,
    maxItems: 10,
    output,
    columnPadding: 3,
    rowPadding: heading.length + searching.length + footer.length + 2,
    style: (row, isCurrent) =>
      rowText(row, isCurrent, selected.includes(row.value), { prompts, paint, columns }),
  });
  const found = rows.length === 0 ? [`${bar}${paint.yellow('No matches')}`] : visible.map((it) => bar + it);
  return [...heading, ...searching, ...found, ...footer].join('\n');
}

function rowText(
  { label, hint }: Row,
  isCurrent: boolean,
  isSelected: boolean,
  { prompts, paint, columns }: { prompts: Library['prompts']; paint: Paint; columns: number },
): string {
  const box = isSelected ? paint.green(prompts.S_CHECKBOX_SELECTED) : paint.dim(prompts.S_CHECKBOX_INACTIVE);
  const brushes = { label: isCurrent ? paint.plain : paint.dim, hint: paint.dim };
  const text = answerRows(label, hint, { room: columns - frame - mark, indent: mark }, brushes);
  return `${isCurrent ? paint.cyan('›') : ' '} ${box} ${text}`;
}

/** How many names are repeated once they are chosen. */
const mostNames = 6;

function namesText(names: string[]): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
