/**
 * The client of the control API.
 *
 * Owns the three calls and the error they throw. Does not retry: the page decides whether to ask again.
 */
import type { Catalogue, PlayGrant, Refusal, Title } from "./schema.ts";

/** The server's refusal, or `code` `unreachable` where no answer came. */
export class ApiError extends Error {
  readonly code: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const titles = (): Promise<Catalogue> => call("GET", "/api/titles");
export const title = (id: string): Promise<Title> => call("GET", `/api/titles/${encodeURIComponent(id)}`);
export const play = (id: string): Promise<PlayGrant> =>
  call("POST", `/api/titles/${encodeURIComponent(id)}/play`);

async function call<T>(method: string, path: string): Promise<T> {
  const response = await fetch(path, { method, headers: { accept: "application/json" } }).catch(() => {
    throw new ApiError("unreachable", 0, "The server cannot be reached. Check the connection and try again.");
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(response.status, body);
  if (body === undefined)
    throw new ApiError("bad_answer", response.status, "The server's answer could not be read.");
  return body as T;
}

function refusal(status: number, body: unknown): ApiError {
  const error = (body as Partial<Refusal> | undefined)?.error;
  return new ApiError(
    error?.code ?? `http_${status}`,
    status,
    error?.message ?? `The server answered ${status}.`,
  );
}
