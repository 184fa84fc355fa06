// What keys and buttons do to the place of a slot.

import { lengthOf, minutes, placeOf, STEP } from "./grid_model.js";

const KEYS = { ArrowUp: "earlier", ArrowDown: "later", ArrowLeft: "left", ArrowRight: "right", PageUp: "before", PageDown: "after" };
const SHIFTED = { ArrowUp: "shorter", ArrowDown: "longer" };

const shift = (slot, count) => ({ ...placeOf(slot), start: slot.start + minutes(count), end: slot.end + minutes(count) });
const stretch = (slot, count) => ({ ...placeOf(slot), end: Math.max(slot.start + minutes(STEP), slot.end + minutes(count)) });

function beside(slot, step, model) {
  const room = model.rooms[model.column(slot.room) + step];
  return room ? { ...placeOf(slot), room: room.id } : placeOf(slot);
}

/** The same time after the beginning of another day. */
export function onDay(slot, day, model) {
  const start = slot.start + day.start - model.dayOf(slot).start;
  return { ...placeOf(slot), start, end: start + lengthOf(slot) };
}

function nextDay(slot, step, model) {
  const day = model.days[model.days.indexOf(model.dayOf(slot)) + step];
  return day ? onDay(slot, day, model) : placeOf(slot);
}

const PLACES = {
  earlier: (slot) => shift(slot, -STEP),
  later: (slot) => shift(slot, STEP),
  left: (slot, model) => beside(slot, -1, model),
  right: (slot, model) => beside(slot, 1, model),
  shorter: (slot) => stretch(slot, -STEP),
  longer: (slot) => stretch(slot, STEP),
  before: (slot, model) => nextDay(slot, -1, model),
  after: (slot, model) => nextDay(slot, 1, model),
};

/** What a key asks for, or undefined. */
export const actOf = (event) => (event.shiftKey ? SHIFTED : KEYS)[event.key];

export const placeAfter = (act, slot, model) => PLACES[act](slot, model);
