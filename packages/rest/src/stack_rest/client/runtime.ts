/** How the interface is reached. */
export interface Options {
  /** Where the application is, such as "https://example.org"; where this page is from if not said. */
  baseUrl?: string;
  /** Sent as "Authorization: Bearer …"; a function is asked at every call. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Whether cookies are sent: "include" for those of another origin, "omit" for none. */
  credentials?: RequestCredentials;
  /** Sent with every call. */
  headers?: Record<string, string>;
  /** What is called in place of the global one. */
  fetch?: typeof globalThis.fetch;
}

/** What every call takes. */
export interface Call {
  signal?: AbortSignal | undefined;
}

/** What was answered; `etag` may be given back as "If-Match" or "If-None-Match". */
export interface Answer<T> {
  status: number;
  headers: Headers;
  etag: string | undefined;
  data: T;
}

/** The interface refused or failed; `problem` is what it says. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly headers: Headers,
  ) {
    super(problem.detail ?? problem.title);
  }

  /** The last word of the type's address, such as "conflict"; empty if it has no type. */
  get kind(): string {
    return this.problem.type === "about:blank" ? "" : this.problem.type.replace(/^.*\//, "");
  }

  /** What is wrong with one value of what was sent, by its JSON pointer. */
  at(pointer: string): string | undefined {
    return this.problem.errors?.find((each) => each.pointer === pointer)?.detail;
  }
}

/** The answer to "If-None-Match": what the caller has is still so. */
export class NotModified extends Error {
  override readonly name = "NotModified";

  constructor(readonly etag: string | undefined) {
    super("What you have is still so.");
  }
}

/** An answer that is read as it comes, once: all of its text, line by line, or as bytes. */
export class Text {
  constructor(private readonly response: Response) {}

  /** The bytes. */
  get stream(): ReadableStream<Uint8Array> | null {
    return this.response.body;
  }

  text(): Promise<string> {
    return this.response.text();
  }

  async *lines(): AsyncGenerator<string, void, undefined> {
    if (this.response.body === null) return;
    const reader = this.response.body.getReader();
    const decoder = new TextDecoder();
    let kept = "";
    try {
      for (;;) {
        const { done, value } = await reader.read();
        kept += done ? decoder.decode() : decoder.decode(value, { stream: true });
        const lines = kept.split("\n");
        kept = lines.pop() ?? "";
        yield* lines;
        if (done) break;
      }
      if (kept !== "") yield kept;
    } finally {
      await reader.cancel();
    }
  }
}

/** An answer of JSON Lines: `for await (const item of answer.data)`. */
export class Lines<T> extends Text implements AsyncIterable<T> {
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const line of this.lines()) {
      if (line.trim() !== "") yield JSON.parse(line) as T;
    }
  }
}

/** What a page has many of. */
export type Item<Page> = Page extends { items: readonly (infer Each)[] } ? Each : unknown;

interface Wire {
  method: string;
  path: string;
  accept?: string;
  /** The media type of what is sent. */
  sends?: string;
  /** Lists in the address whose values are joined by commas. */
  joined?: readonly string[];
}

interface Given extends Call {
  path?: object;
  query?: object;
  headers?: object;
  body?: unknown;
}

async function send<T>(options: Options, wire: Wire, given: Given): Promise<Answer<T>> {
  const headers = new Headers(options.headers);
  const { token } = options;
  const shown = typeof token === "function" ? await token() : token;
  if (shown !== undefined) headers.set("Authorization", `Bearer ${shown}`);
  if (wire.accept !== undefined) headers.set("Accept", wire.accept);
  for (const [name, value] of Object.entries(given.headers ?? {})) {
    if (value !== undefined) headers.set(name, String(value));
  }
  const init: RequestInit = { method: wire.method, headers };
  if (options.credentials !== undefined) init.credentials = options.credentials;
  if (given.signal !== undefined) init.signal = given.signal;
  if (given.body !== undefined && wire.sends !== undefined) {
    init.body = writeBody(wire.sends, given.body);
    // The boundary of a form is the platform's to choose.
    if (!(init.body instanceof FormData)) headers.set("Content-Type", wire.sends);
  }
  const call = options.fetch ?? globalThis.fetch;
  return read<T>(await call((options.baseUrl ?? "").replace(/\/$/, "") + write(wire, given), init));
}

function write(wire: Wire, given: Given): string {
  const places = new Map(Object.entries(given.path ?? {}));
  const path = wire.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(places.get(name))),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    if (value === undefined || value === null) continue;
    const several: unknown[] = Array.isArray(value) ? value : [value];
    if (wire.joined?.includes(name)) query.append(name, several.join(","));
    else for (const each of several) query.append(name, String(each));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

function writeBody(mediaType: string, body: unknown): BodyInit {
  if (mediaType === "application/json" || mediaType.endsWith("+json")) return JSON.stringify(body);
  if (mediaType === "application/x-www-form-urlencoded") {
    return new URLSearchParams(listParts(body).map(([name, value]) => [name, String(value)]));
  }
  if (mediaType !== "multipart/form-data") return body as BodyInit;
  const form = new FormData();
  for (const [name, value] of listParts(body)) {
    if (value instanceof Blob) form.append(name, value);
    else form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return form;
}

function listParts(body: unknown): [string, unknown][] {
  return Object.entries(body as object).flatMap(([name, value]): [string, unknown][] =>
    value === undefined ? [] : Array.isArray(value) ? value.map((each) => [name, each]) : [[name, value]],
  );
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const { status, headers } = response;
  const etag = headers.get("ETag") ?? undefined;
  const mediaType = (headers.get("Content-Type") ?? "").replace(/;.*/, "").trim();
  if (status === 304) throw new NotModified(etag);
  if (!response.ok) throw new ApiProblem(status, await readProblem(response, mediaType), headers);
  return { status, headers, etag, data: (await readData(response, mediaType)) as T };
}

async function readData(response: Response, mediaType: string): Promise<unknown> {
  if (mediaType === "" || response.status === 204) return undefined;
  if (mediaType === "application/json" || mediaType.endsWith("+json")) return response.json();
  if (LINES.includes(mediaType)) return new Lines(response);
  return mediaType.startsWith("text/") ? new Text(response) : response.blob();
}

async function readProblem(response: Response, mediaType: string): Promise<Problem> {
  if (mediaType.endsWith("json")) {
    try {
      return (await response.json()) as Problem;
    } catch {
      // Something between us and the application broke it off.
    }
  }
  const title = response.statusText || "Error";
  return { type: "about:blank", title, status: response.status };
}
