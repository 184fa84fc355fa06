// Talks to the services' JSON APIs and turns their refusals (problem+json, RFC 9457) into exceptions.

export class Problem extends Error {
  /** `status` is 0 when no answer came; `fields` maps field names to lists of messages; `body` is the whole problem. */
  constructor(status, body = {}) {
    super(body.detail || body.title || "The server did not answer as expected.");
    this.name = "Problem";
    this.status = status;
    this.code = body.code || "";
    this.title = body.title || "";
    this.detail = body.detail || this.message;
    this.fields = body.fields || {};
    this.requestId = body.request_id || "";
    this.body = body;
  }
}

/** Sends JSON and resolves to the answer's JSON (null for an empty one); throws Problem. */
export async function api(path, { method = "GET", body, headers = {}, signal } = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers }, credentials: "same-origin", signal };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await reach(path, options);
  const answer = await read(response);
  if (!response.ok) throw new Problem(response.status, answer ?? { title: response.statusText });
  return answer;
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Problem(0, { code: "unreachable", title: "No connection", detail: "The server cannot be reached. Check your connection and try again." });
  }
}

async function read(response) {
  const text = await response.text();
  if (!text || !/json/.test(response.headers.get("Content-Type") || "")) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(response.status, { title: "The answer could not be read" });
  }
}
