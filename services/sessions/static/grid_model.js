// What the grid knows: where each slot is, what collides with what, and where there is still room.

export const STEP = 5;
export const NEW_MINUTES = 45;
const MINUTE = 60_000;
const QUARTER = 30 * MINUTE;
const QUIET = "break";

export const minutes = (count) => count * MINUTE;
export const lengthOf = (place) => place.end - place.start;
const overlap = (one, other) => one.start < other.end && other.start < one.end;

export class Model {
  constructor(data) {
    this.load(data);
  }

  /** Take over what the server says; answers the titles of slots that are newer there than here. */
  load(data) {
    const before = this.slots;
    this.clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: data.zone });
    this.date = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: data.zone });
    this.days = data.days.map((day) => ({ ...day, start: Date.parse(day.starts_at), end: Date.parse(day.ends_at) }));
    this.rooms = data.rooms;
    this.unplaced = data.unplaced;
    // What is being saved stays as it is here; the answer says what becomes of it.
    const isUnderWay = (slot) => slot && (slot.timer || slot.isSaving);
    this.slots = new Map(data.slots.map((slot) => [slot.id, isUnderWay(before?.get(slot.id)) ? before.get(slot.id) : withPlace(slot)]));
    if (!before) return [];
    return [...this.slots.values()].filter((slot) => (before.get(slot.id)?.version ?? 0) < slot.version).map((slot) => slot.title);
  }

  /** The day that a slot is shown on: the one it starts in, otherwise the nearest. */
  dayOf(place) {
    const away = (day) => (place.start < day.start ? day.start - place.start : Math.max(0, place.start - day.end + 1));
    return this.days.reduce((best, day) => (away(day) < away(best) ? day : best), this.days[0]);
  }

  slotsOf(day) {
    const found = [...this.slots.values()].filter((slot) => this.dayOf(slot) === day);
    return found.sort((a, b) => a.start - b.start || this.column(a.room) - this.column(b.room));
  }

  /** From when to when the board of a day reaches, in whole half hours. */
  reach(day) {
    const slots = this.slotsOf(day);
    const first = Math.min(day.start, ...slots.map((slot) => slot.start));
    const last = Math.max(day.end, ...slots.map((slot) => slot.end));
    return { start: Math.floor(first / QUARTER) * QUARTER, end: Math.ceil(last / QUARTER) * QUARTER };
  }

  column(room) {
    return this.rooms.findIndex((one) => one.id === room);
  }

  roomName(room) {
    return this.rooms[this.column(room)]?.name ?? "";
  }

  /** Sentences about what is wrong with a slot at a place; empty when all is well there. */
  conflicts(slot, place = slot) {
    if (slot.cancelled) return [];
    const found = [];
    for (const other of this.slots.values()) {
      if (other.id === slot.id || other.cancelled || !overlap(place, other)) continue;
      if (other.room === place.room) found.push(`${this.roomName(place.room)} is taken by “${other.title}”`);
      if (slot.kind === QUIET || other.kind === QUIET) continue;
      const both = slot.speakers.filter((one) => other.speakers.some((same) => same.id === one.id));
      found.push(...both.map((one) => `${one.name} also speaks in “${other.title}”`));
    }
    const day = this.dayOf(place);
    if (place.start < day.start || place.end > day.end) found.push("outside the times of the day");
    return found;
  }

  /** Side by side where slots of one room overlap: each slot's lane, and how many lanes it shares. */
  lanes(slots) {
    const found = new Map();
    let group = [];
    let until = -Infinity;
    const close = () => {
      const ends = [];
      const lane = group.map((slot) => {
        const free = ends.findIndex((end) => end <= slot.start);
        const chosen = free < 0 ? ends.length : free;
        ends[chosen] = slot.end;
        return chosen;
      });
      group.forEach((slot, index) => found.set(slot.id, { lane: lane[index], lanes: ends.length }));
    };
    for (const slot of slots) {
      if (slot.start >= until) {
        close();
        group = [];
      }
      group.push(slot);
      until = group.length === 1 ? slot.end : Math.max(until, slot.end);
    }
    close();
    return found;
  }

  /** The first free place of a day for a session without one. */
  firstFree(day, session) {
    const length = minutes(NEW_MINUTES);
    const candidate = { ...session, id: "", cancelled: false };
    for (let start = day.start; start + length <= day.end; start += minutes(STEP)) {
      for (const room of this.rooms) {
        const place = { start, end: start + length, room: room.id };
        if (!this.conflicts(candidate, place).length) return place;
      }
    }
    return { start: day.start, end: day.start + length, room: this.rooms[0].id };
  }

  times(place) {
    return `${this.clock.format(place.start)}–${this.clock.format(place.end)}`;
  }

  words(place) {
    return `${this.date.format(place.start)}, ${this.times(place)}, ${this.roomName(place.room)}`;
  }
}

export function withPlace(slot) {
  return { ...slot, start: Date.parse(slot.starts_at), end: Date.parse(slot.ends_at), room: slot.room_id };
}

export const placeOf = ({ start, end, room }) => ({ start, end, room });
export const samePlace = (one, other) => one.start === other.start && one.end === other.end && one.room === other.room;
