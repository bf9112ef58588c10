/** A line of `--verbose`: never a header, a body or a token. */
export interface RequestRecord {
  method: string;
  /** Path and query, without the host. */
  path: string;
  /** HTTP status; 0 without a response. */
  status: number;
  milliseconds: number;
}

export type RequestLog = (record: RequestRecord) => void;
