/**
 * The client of the control API.
 *
 * Owns the calls and the error they throw. Does not retry: the caller decides whether to ask again.
 */
import type { Catalogue, PlayGrant, PlayRequest, Refusal, Title } from "./schema.ts";

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
export const play = (id: string, request: PlayRequest): Promise<PlayGrant> =>
  call("POST", `/api/titles/${encodeURIComponent(id)}/play`, JSON.stringify(request));

/** Keys, and how to renew them. */
export interface Licence {
  /** For `MediaKeySession.update`. */
  readonly bytes: ArrayBuffer;
  /** What the next request needs, and in how many seconds it is due; absent where the licence just ends. */
  readonly next: { readonly token: string; readonly inS: number } | undefined;
}

export interface LicenceRequest {
  readonly url: string;
  readonly token: string;
  readonly device: string;
  /** The message of the `MediaKeySession`. */
  readonly message: ArrayBuffer;
}

/** Asks a licence server of the grant for keys. */
export async function licence({ url, token, device, message }: LicenceRequest): Promise<Licence> {
  const headers = { authorization: `Bearer ${token}`, "matinee-device": device };
  const response = await answer(url, { method: "POST", headers, body: message });
  const [next, inS] = ["matinee-token", "matinee-licence-renew-s"].map((name) => response.headers.get(name));
  return {
    bytes: await response.arrayBuffer(),
    next: next && inS ? { token: next, inS: Number(inS) } : undefined,
  };
}

/** The certificate that a CDM is given before it makes a message. */
export async function certificate(url: string): Promise<ArrayBuffer> {
  return (await answer(url, { method: "GET" })).arrayBuffer();
}

async function call<T>(method: string, path: string, body: string | null = null): Promise<T> {
  const type = body === null ? {} : { "content-type": "application/json" };
  const response = await answer(path, { method, headers: { accept: "application/json", ...type }, body });
  const value: unknown = await response.json().catch(() => undefined);
  if (value === undefined)
    throw new ApiError("bad_answer", response.status, "The server's answer could not be read.");
  return value as T;
}

/** The answer to a request that was done; throws `ApiError` where it was not. */
async function answer(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch(() => {
    throw new ApiError("unreachable", 0, "The server cannot be reached. Check the connection and try again.");
  });
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => undefined));
  return response;
}

function refusal(status: number, body: unknown): ApiError {
  const error = (body as Partial<Refusal> | undefined)?.error;
  return new ApiError(
    error?.code ?? `http_${status}`,
    status,
    error?.message ?? `The server answered ${status}.`,
  );
}
