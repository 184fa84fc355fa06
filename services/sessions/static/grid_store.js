// The grid's way to the API: reads the draft, and writes one slot at a time with the version it was read with.

import { NOT_YET } from "./grid_model.js";

export class Refused extends Error {
  /** `status` is 0 when no answer came. */
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

export class Store {
  #api;
  #etag = "";

  constructor(api) {
    this.#api = api;
  }

  /** The whole draft, or null when it is still what was read last. */
  async read({ anyway = false } = {}) {
    const headers = anyway || !this.#etag ? {} : { "If-None-Match": this.#etag };
    const answer = await reach(`${this.#api}/draft/grid`, { headers, cache: "no-store" });
    if (answer.status === 304) return null;
    this.#etag = answer.headers.get("ETag") ?? "";
    return answer.json();
  }

  /** The next reading brings the whole draft, changed or not. */
  forget() {
    this.#etag = "";
  }

  /** What a slot would break at a place; null when no answer came. What would be refused there blocks. */
  async concerns(slot, place) {
    const asked = new URLSearchParams({ session_id: slot.session_id, ...body(place) });
    if (slot.id !== NOT_YET) asked.set("slot_id", slot.id);
    try {
      const answer = await reach(`${this.#api}/draft/concerns?${asked}`, { cache: "no-store" });
      return (await answer.json()).concerns;
    } catch (refused) {
      return refused.status === 422 ? [{ severity: "block", text: refused.message, slot_ids: [slot.id] }] : null;
    }
  }

  async move(slot, place) {
    return (await this.#write("PATCH", `/slots/${slot.id}`, body(place), slot.version)).json();
  }

  async add(session, place) {
    return (await this.#write("POST", "/slots", { session_id: session.session_id, ...body(place) })).json();
  }

  async takeOut(slot) {
    await this.#write("DELETE", `/slots/${slot.id}`, undefined, slot.version);
  }

  #write(method, path, data, version) {
    const headers = version === undefined ? {} : { "If-Match": `"${version}"` };
    if (data) headers["Content-Type"] = "application/json";
    return reach(this.#api + path, { method, headers, body: data && JSON.stringify(data) });
  }
}

const body = (place) => ({
  starts_at: new Date(place.start).toISOString(),
  ends_at: new Date(place.end).toISOString(),
  room_id: place.room,
});

async function reach(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers } });
  } catch {
    throw new Refused(0, "The server cannot be reached.");
  }
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json().catch(() => ({}));
  const reasons = Object.values(problem.fields ?? {}).flat();
  throw new Refused(answer.status, reasons.join(" ") || problem.detail || problem.title || "The server refused this.");
}
