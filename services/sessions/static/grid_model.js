// What the grid knows: where each slot is, what concerns it, and where there is still room.

import { Concerns } from "./grid_concerns.js";

export const STEP = 5;
export const NEW_MINUTES = 45;
export const NOT_YET = "00000000-0000-0000-0000-000000000000"; // what a session is called whose slot is still to be made
const MINUTE = 60_000;
const QUARTER = 30 * MINUTE;

export const minutes = (count) => count * MINUTE;
export const lengthOf = (place) => place.end - place.start;

export class Model {
  concerns = new Concerns();

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
    this.concerns.load(data.concerns);
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

  /** The first gap of a day that a new slot fits into. */
  firstGap(day) {
    const length = minutes(NEW_MINUTES);
    const taken = (place) => this.slotsOf(day).some((one) => one.room === place.room && one.start < place.end && place.start < one.end);
    for (let start = day.start; start + length <= day.end; start += minutes(STEP)) {
      for (const room of this.rooms) {
        const place = { start, end: start + length, room: room.id };
        if (!taken(place)) return place;
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

  /** A slot at a place, and what concerns it. */
  tell(slot, place = slot) {
    return [`${slot.title}: ${this.words(place)}.`, ...this.concerns.words(slot.id)].join(" ");
  }
}

export function withPlace(slot) {
  return { ...slot, start: Date.parse(slot.starts_at), end: Date.parse(slot.ends_at), room: slot.room_id };
}

export const placeOf = ({ start, end, room }) => ({ start, end, room });
export const samePlace = (one, other) => one.start === other.start && one.end === other.end && one.room === other.room;
