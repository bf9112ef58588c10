/** A line of the table. */
export interface Figure {
  what: string;
  /** Undefined if it could not be measured. */
  measured: number | undefined;
  limit: number;
  unit: 'ms' | 'MB' | 'kB' | 'round trips';
  /** How the limit is derived: `1.25 x node -e 0 + 10 ms`. */
  rule?: string;
  /** What the figure is compared with. */
  reference?: number | undefined;
}

/** A limit relative to something else measured on the same machine in the same run. */
export function against(
  name: string,
  reference: number | undefined,
  factor: number,
  more = 0,
): Pick<Figure, 'limit' | 'rule' | 'reference'> {
  const rule = `${factor === 1 ? '' : `${factor} x `}${name}${more === 0 ? '' : ` + ${more} ms`}`;
  return { limit: (reference ?? Number.NaN) * factor + more, rule, reference };
}

/** Whether a figure is within its limit; an unmeasured one is not. */
export const holds = ({ measured, limit }: Figure): boolean => measured !== undefined && measured <= limit;

/** The figures as a Markdown table. */
export function tableOf(figures: Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, measured, limit, unit, rule, reference } = figure;
    const ratio = measured && reference ? (measured / reference).toFixed(2) : '';
    const bound = `${amount(limit, unit)}${rule ? ` (${rule})` : ''}`;
    return [what, amount(measured, unit), bound, ratio, holds(figure) ? 'yes' : '**no**'];
  });
  const head = ['what', 'figure', 'limit', 'ratio', 'ok'];
  const lines = [head, ['---', '--:', '---', '--:', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function amount(value: number | undefined, unit: Figure['unit']): string {
  if (value === undefined || Number.isNaN(value)) return 'not measured';
  return unit === 'round trips' ? value.toFixed(1) : `${Math.round(value)} ${unit}`;
}

/** The value in the middle. */
export function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The smallest value. Other programs only ever make a start slower, so this is what the start itself takes. */
export const fastest = (values: number[]): number => Math.min(...values);

/** Runs everything in turn, repeatedly, so that disturbances affect everything equally. */
export async function inTurn<K extends string>(
  rounds: number,
  works: Record<K, () => Promise<number> | number>,
  summary: (values: number[]) => number = median,
): Promise<Record<K, number>> {
  const names = Object.keys(works) as K[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  // The first round warms the caches and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const value = await works[name]();
      if (round > 0) taken[name].push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(taken[name])])) as Record<K, number>;
}
