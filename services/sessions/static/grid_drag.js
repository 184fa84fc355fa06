// Dragging with mouse or pen: a slot to another place, its lower edge to another length, a session into the board.
// Fingers scroll; they have the buttons above the board.

import { lengthOf, minutes, NEW_MINUTES, NOT_YET, placeOf, samePlace, STEP } from "./grid_model.js";

const BEGINS_AFTER = 4; // pixels
const EDGE = 48; // pixels from the border of the board at which it scrolls by itself
const SHORTEST = minutes(STEP);

/** `drop(slot, place)`, `dropOnDay(slot, day)`, `dropOutside(slot)`, `dropNew(session, place)` are told of the end. */
export function makeDraggable({ root, board, model, preview, ...told }) {
  let drag = null;

  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const element = event.target.closest(".grid-slot, .grid-new");
    if (element) drag = begin(element, event);
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moves && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < BEGINS_AFTER) return;
    if (!drag.moves) start(event);
    follow(event);
  });
  root.addEventListener("pointerup", (event) => finish(event));
  root.addEventListener("pointercancel", () => leave());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag?.moves) leave();
  });
  // The click that ends a drag is none.
  root.addEventListener("click", (event) => event.detail && root.dataset.dragged && event.stopPropagation(), true);

  function begin(element, event) {
    const session = element.dataset.session && model().unplaced.find((one) => one.session_id === element.dataset.session);
    const slot = session ? { ...session, id: NOT_YET, cancelled: false, start: 0, end: minutes(NEW_MINUTES), room: "" } : model().slots.get(element.dataset.id);
    const isResize = "handle" in event.target.dataset;
    const point = session ? null : board.under(event.clientX, event.clientY);
    const grabbed = point ? point.moment - slot.start : 0;
    return { slot, session, isResize, element, x: event.clientX, y: event.clientY, moves: false, place: placeOf(slot), grabbed };
  }

  function start(event) {
    drag.moves = true;
    root.setPointerCapture(event.pointerId);
    root.classList.add("is-dragging");
    root.dataset.dragged = "yes";
    if (drag.session) drag.element = board.lend(drag.slot);
    drag.element.classList.add("is-held");
  }

  function follow(event) {
    scrollNear(event);
    const point = board.under(event.clientX, event.clientY);
    drag.over = under(event);
    if (!point) return;
    const round = (moment) => Math.round(moment / minutes(STEP)) * minutes(STEP);
    const begins = round(point.moment - drag.grabbed);
    const place = drag.isResize
      ? { ...drag.place, end: Math.max(drag.slot.start + SHORTEST, round(point.moment)) }
      : { start: begins, end: begins + lengthOf(drag.slot), room: point.room };
    if (samePlace(place, drag.place)) return;
    drag.place = place;
    preview(drag.slot, place);
  }

  function finish() {
    if (!drag?.moves) {
      drag = null;
      return;
    }
    const { slot, session, place, over, isResize } = drag;
    end();
    if (over?.day && !session && !isResize) told.dropOnDay(slot, over.day);
    else if (over?.isOutside && !session && !isResize) told.dropOutside(slot);
    else if (session) place.room ? told.dropNew(session, place) : told.leave();
    else told.drop(slot, place);
  }

  function leave() {
    if (!drag) return;
    const { moves } = drag;
    end();
    if (moves) told.leave();
  }

  function end() {
    drag.element.classList.remove("is-held");
    if (drag.session) drag.element.remove();
    drag = null;
    root.classList.remove("is-dragging");
    setTimeout(() => delete root.dataset.dragged);
  }

  /** Whether the pointer is over another day's button, or over the list of what has no place. */
  function under(event) {
    const elements = document.elementsFromPoint(event.clientX, event.clientY);
    const day = elements.find((one) => one.dataset?.day);
    return { day: day?.dataset.day, isOutside: elements.some((one) => one.matches(".grid-unplaced")) };
  }

  function scrollNear(event) {
    const scroll = root.querySelector(".grid-scroll");
    const box = scroll.getBoundingClientRect();
    const push = (at, low, high) => (at < low + EDGE ? -12 : at > high - EDGE ? 12 : 0);
    scroll.scrollBy(push(event.clientX, box.left, box.right), push(event.clientY, box.top, box.bottom));
  }

  return { isDragging: () => drag !== null, isOver: (place) => drag?.place === place };
}
