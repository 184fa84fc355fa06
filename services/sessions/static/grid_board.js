// Draws one day of the grid: a column per room, a line per half hour, and the slots at their places.

import { minutes } from "./grid_model.js";

const PIXELS = 1.6; // per minute
const HALF_HOUR = minutes(30);
const SMALL_MINUTES = 20;
const TOLD_PIXELS = 120;

export class Board {
  constructor(root, model) {
    this.root = root;
    this.model = model;
    this.day = null;
    this.elements = new Map();
  }

  /** Draw a day anew; whatever had the focus keeps it. */
  show(day) {
    const focused = document.activeElement?.dataset?.id;
    this.day = day;
    this.reach = this.model.reach(day);
    this.elements.clear();
    const height = `${this.#pixels(this.reach.end - this.reach.start)}px`;
    this.root.replaceChildren(this.#times(height), ...this.model.rooms.map((room) => this.#column(room, height)));
    this.root.style.setProperty("--rooms", this.model.rooms.length);
    for (const slot of this.model.slotsOf(day)) this.elements.set(slot.id, this.#slot(slot));
    this.settle(this.model.rooms.map((room) => room.id));
    if (focused) this.elements.get(focused)?.focus({ preventScroll: true });
  }

  /** Put every slot of these rooms where the model says, and mark what breaks a rule. */
  settle(rooms) {
    const slots = this.model.slotsOf(this.day);
    for (const room of new Set(rooms)) {
      const lanes = this.model.lanes(slots.filter((slot) => slot.room === room));
      for (const [id, lane] of lanes) this.place(this.model.slots.get(id), undefined, lane);
    }
    this.mark();
  }

  /** Show at every slot of the day what concerns it now. */
  mark() {
    for (const [id, element] of this.elements) {
      const words = this.model.concerns.words(id);
      const title = [element.querySelector("strong").textContent, ...words].join("\n");
      if (element.title === title) continue; // most are as they were
      const severity = this.model.concerns.severity(id);
      element.title = title;
      element.classList.toggle("is-blocking", severity === "block");
      element.classList.toggle("is-warned", severity === "warn");
      element.querySelector(".grid-told").textContent = words.join(" ");
    }
  }

  /** What is told of a held slot stands under it, and above where the board ends. */
  tellInSight(id) {
    const element = this.elements.get(id);
    const end = this.root.parentElement.getBoundingClientRect().bottom;
    element?.classList.toggle("is-low", element.getBoundingClientRect().bottom > end - TOLD_PIXELS);
  }

  /** Show a slot at a place, which may be one it is only dragged over. */
  place(slot, place = slot, { lane, lanes } = { lane: 0, lanes: 1 }) {
    const element = this.elements.get(slot.id);
    if (!element) return;
    const column = this.lane(place.room);
    if (element.parentElement !== column) column.append(element);
    element.style.top = `${this.#pixels(place.start - this.reach.start)}px`;
    element.style.height = `${this.#pixels(place.end - place.start)}px`;
    element.style.insetInlineStart = `${(100 * lane) / lanes}%`;
    element.style.width = `${100 / lanes}%`;
    this.#describe(element, slot, place);
  }

  #describe(element, slot, place) {
    element.classList.toggle("is-small", place.end - place.start <= minutes(SMALL_MINUTES));
    element.querySelector(".grid-when").textContent = this.model.times(place);
    const words = [this.model.date.format(place.start), this.model.roomName(place.room), slot.cancelled && "cancelled"];
    element.querySelector(".grid-where").textContent = `${words.filter(Boolean).join(". ")}. `;
  }

  lane(room) {
    return this.root.querySelector(`.grid-lane[data-room="${room}"]`);
  }

  /** An element for a slot that is not in the model yet. */
  lend(slot) {
    const element = this.#slot(slot);
    this.elements.set(slot.id, element);
    return element;
  }

  /** The room and the moment under a point of the screen, or null beside the board. */
  under(x, y) {
    for (const lane of this.root.querySelectorAll(".grid-lane")) {
      const box = lane.getBoundingClientRect();
      if (x >= box.left && x < box.right && y >= box.top - 40 && y <= box.bottom + 40) {
        return { room: lane.dataset.room, moment: this.reach.start + minutes((y - box.top) / PIXELS) };
      }
    }
    return null;
  }

  #pixels(span) {
    return Math.round((span / minutes(1)) * PIXELS);
  }

  #times(height) {
    const column = make("div", "grid-times");
    const lane = make("div", "grid-hours");
    lane.style.height = height;
    for (let at = this.reach.start; at < this.reach.end; at += HALF_HOUR) {
      const label = make("span", "", this.model.clock.format(at));
      label.style.top = `${this.#pixels(at - this.reach.start)}px`;
      lane.append(label);
    }
    column.append(make("p", "grid-head"), lane);
    column.setAttribute("aria-hidden", "true");
    return column;
  }

  #column(room, height) {
    const column = make("div", "grid-room");
    const head = make("h3", "grid-head");
    head.append(make("bdi", "", room.name));
    if (room.capacity !== null) head.append(make("span", "muted small", ` ${room.capacity}`));
    const lane = make("div", "grid-lane");
    lane.dataset.room = room.id;
    lane.style.height = height;
    lane.style.setProperty("--half-hour", `${this.#pixels(HALF_HOUR)}px`);
    column.append(head, lane);
    return column;
  }

  #slot(slot) {
    const element = make("button", "grid-slot");
    element.type = "button";
    element.dataset.id = slot.id;
    if (slot.color) element.style.setProperty("--track", slot.color);
    element.classList.toggle("is-cancelled", slot.cancelled);
    element.classList.toggle("is-planned", slot.state === "planned");
    element.classList.toggle("is-quiet", slot.kind === "break" || slot.kind === "blocker");
    const title = make("strong", "", slot.title);
    title.dir = "auto";
    const handle = make("span", "grid-handle");
    handle.dataset.handle = "";
    const who = make("span", "grid-who", slot.speakers.map((one) => one.name).join(", "));
    element.append(make("span", "grid-when"), title, who, make("span", "visually-hidden grid-where"), make("span", "grid-told"), handle);
    return element;
  }
}

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
