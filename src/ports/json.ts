/** Data from an API, not validated yet. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Whether a value is a JSON object. */
export function isTable(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses JSON; undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
