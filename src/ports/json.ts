/** Data as it comes from an API, before anything of it is believed. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Whether a value is a JSON object. */
export function isTable(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The data of a text, or undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
