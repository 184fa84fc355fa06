// The grid of the draft: loads it, lets people move what is in it, and saves each move at once.
// Two people at once never overwrite each other: a move is refused when the slot has changed, and the loser sees how.

import { Board, make } from "./grid_board.js";
import { Asker } from "./grid_concerns.js";
import { makeDraggable } from "./grid_drag.js";
import { listen } from "./grid_keys.js";
import { drawDays, drawUnplaced } from "./grid_lists.js";
import { Model, placeOf, samePlace } from "./grid_model.js";
import { onDay, placeAfter } from "./grid_moves.js";
import { Store } from "./grid_store.js";

const LOOKS_EVERY = 8000;
const KEYS_REST = 350;
const UNDO_MOST = 100;

const root = document.getElementById("grid");
const part = (name) => root.querySelector(`.grid-${name}`);
const store = new Store(root.dataset.api);
const asker = new Asker((slot, place) => store.concerns(slot, place));
const undoing = [];
let model;
let board;
let day;
let chosen = null;
let dragging;

function say(words, isBad = false) {
  part("state").textContent = words;
  part("state").classList.toggle("is-bad", isBad);
}

// ---- showing

function showDay(one) {
  day = one;
  drawDays(part("days"), model, day, showDay);
  board.show(day);
  showChosen();
}

function showUnplaced() {
  drawUnplaced(part("unplaced"), model.unplaced, (session) => addSession(session, model.firstGap(day)));
}

function choose(slot) {
  chosen = slot?.id ?? null;
  showChosen();
}

function showChosen() {
  const slot = model.slots.get(chosen);
  part("chosen").querySelector("fieldset").disabled = !slot;
  for (const [id, element] of board.elements) element.classList.toggle("is-chosen", id === chosen);
  if (!slot) {
    part("words").textContent = part("words").dataset.empty;
    return;
  }
  const title = make("strong", "", slot.title);
  title.dir = "auto";
  part("words").replaceChildren(title, ` ${model.words(slot)}. `, make("span", model.concerns.severity(slot.id), model.concerns.words(slot.id).join(" ")));
}

// ---- what the rules say

/** Ask what a slot breaks where it is now, and say that too. */
function ask(slot, before = "") {
  const place = placeOf(slot);
  asker.want(slot, place, (found) => {
    const now = model.slots.get(slot.id);
    if (!now || !samePlace(now, place)) return;
    model.concerns.learn(slot.id, found);
    board.mark();
    showChosen();
    if (found.length) say(`${before}${model.tell(slot)}`, model.concerns.severity(slot.id) === "block");
  });
}

/** Show a slot over a place while it is dragged, and ask what it would break there. */
function hold(slot, place) {
  board.place(slot, place);
  asker.want(slot, place, (found) => {
    if (!dragging.isOver(place)) return;
    model.concerns.suppose(slot.id, found);
    board.mark();
    board.tellInSight(slot.id);
    say(model.tell(slot, place), model.concerns.severity(slot.id) === "block");
  });
}

function letGo() {
  model.concerns.suppose(null, null);
  board.show(day);
}

// ---- changing

/** Take a place at once and save it; keys that follow one another are saved together. */
function change(slot, place, { rest = 0, isUndo = false } = {}) {
  if (samePlace(slot, place)) return letGo();
  const rooms = [slot.room, place.room];
  slot.saved ??= placeOf(slot);
  Object.assign(slot, place);
  slot.isUndo = isUndo;
  clearTimeout(slot.timer);
  // What is to be saved at once is on its way before the board is drawn.
  if (rest) slot.timer = setTimeout(() => save(slot), rest);
  else save(slot);
  const there = model.dayOf(slot);
  if (there !== day || slot.start < board.reach.start || slot.end > board.reach.end) showDay(there);
  else board.settle(rooms);
  board.elements.get(slot.id)?.focus({ preventScroll: true });
  board.elements.get(slot.id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  choose(slot);
  say(`${slot.title}: ${model.words(slot)}`);
  ask(slot);
  return undefined;
}

async function save(slot) {
  slot.timer = 0;
  if (slot.isSaving) {
    slot.isLate = true;
    return;
  }
  slot.isSaving = true;
  const [sent, before] = [placeOf(slot), slot.saved];
  try {
    const answer = await store.move(slot, sent);
    slot.version = answer.version;
    slot.saved = slot.isLate ? sent : undefined;
    if (!slot.isUndo) remember({ id: slot.id, place: before });
    say(`Saved: ${slot.title}, ${model.words(slot)}`);
    ask(slot, "Saved: ");
  } catch (refused) {
    clearTimeout(slot.timer);
    slot.isLate = slot.isSaving = false;
    slot.timer = 0;
    await notSaved(slot, before, refused);
  } finally {
    slot.isSaving = false;
  }
  if (slot.isLate) {
    slot.isLate = false;
    save(slot);
  }
}

async function notSaved(slot, before, refused) {
  if (refused.status === 409) {
    await load({ anyway: true });
    const now = model.slots.get(slot.id);
    say(now ? `Somebody else moved “${slot.title}” meanwhile: ${model.words(now)}. Your change was not saved.` : `Somebody else took out “${slot.title}”.`, true);
    return;
  }
  Object.assign(slot, before);
  slot.saved = undefined;
  letGo();
  say(`Not saved: ${refused.message}`, true);
}

async function addSession(session, place, { isUndo = false } = {}) {
  say("Saving …");
  try {
    const answer = await store.add(session, place);
    await load({ anyway: true });
    if (!isUndo) remember({ id: answer.id, isNew: true });
    focusOn(answer.id);
  } catch (refused) {
    letGo();
    say(`Not saved: ${refused.message}`, true);
  }
}

async function takeOut(slot, { isUndo = false } = {}) {
  say("Saving …");
  try {
    await store.takeOut(slot);
    if (!isUndo) remember({ session: { session_id: slot.session_id, title: slot.title }, place: placeOf(slot) });
    choose(null);
    await load({ anyway: true });
    say(`“${slot.title}” has no place any more.`);
    root.querySelector(`[data-session="${slot.session_id}"]`)?.focus();
  } catch (refused) {
    letGo();
    say(refused.message, true);
  }
}

function focusOn(id) {
  const slot = model.slots.get(id);
  if (model.dayOf(slot) !== day) showDay(model.dayOf(slot));
  board.elements.get(id)?.focus();
  choose(slot);
  say(model.tell(slot), model.concerns.severity(id) === "block");
}

function remember(step) {
  undoing.push(step);
  if (undoing.length > UNDO_MOST) undoing.shift();
  part("undo").disabled = false;
}

async function undo() {
  const step = undoing.pop();
  part("undo").disabled = undoing.length === 0;
  if (!step) return;
  const slot = model.slots.get(step.id);
  if (step.session) await addSession(step.session, step.place, { isUndo: true });
  else if (!slot) say("What was to be undone is gone.", true);
  else if (step.isNew) await takeOut(slot, { isUndo: true });
  else change(slot, step.place, { isUndo: true });
}

// ---- beginning, and what others do meanwhile

const isBusy = () => dragging?.isDragging() || [...model.slots.values()].some((slot) => slot.timer || slot.isSaving);

async function load(options) {
  const data = await store.read(options);
  if (!data) return [];
  // Whatever was taken in hand while the answer came stays as it is there; the next look brings the rest.
  if (!options?.anyway && isBusy()) {
    store.forget();
    return [];
  }
  const newer = model.load(data);
  day = model.days.find((one) => one.id === day?.id) ?? model.days[0];
  showDay(day);
  showUnplaced();
  return newer;
}

async function look() {
  if (document.visibilityState !== "visible" || isBusy()) return;
  try {
    const newer = await load();
    if (newer.length) say(`Somebody else changed ${newer.slice(0, 3).map((title) => `“${title}”`).join(", ")}${newer.length > 3 ? ` and ${newer.length - 3} more` : ""}.`);
  } catch (refused) {
    say(refused.message, true);
  }
}

async function begin() {
  root.hidden = false;
  say("Loading …");
  try {
    model = new Model(await store.read());
  } catch (refused) {
    say(refused.message, true);
    return;
  }
  if (!model.rooms.length || !model.days.length) {
    say("Add rooms and days in the settings first.");
    return;
  }
  board = new Board(part("board"), model);
  const asked = new URLSearchParams(location.search).get("day");
  dragging = makeDraggable({
    root,
    board,
    model: () => model,
    preview: hold,
    drop: change,
    dropOnDay: (slot, id) => change(slot, onDay(slot, model.days.find((one) => one.id === id), model)),
    dropOutside: takeOut,
    dropNew: addSession,
    leave: letGo,
  });
  listen({
    root,
    slotOf: (id) => model.slots.get(id),
    chosen: () => chosen,
    choose,
    act: (act, slot) => change(slot, placeAfter(act, slot, model), { rest: KEYS_REST }),
    open: (slot) => location.assign(root.dataset.session + slot.session_id),
    takeOut,
    undo,
  });
  showDay(model.days.find((one) => String(one.position) === asked) ?? model.days[0]);
  showUnplaced();
  say("");
  setInterval(look, LOOKS_EVERY);
}

begin();
