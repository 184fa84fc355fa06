// What stands beside the board: the days to choose from, and the sessions that have no place yet.

import { make } from "./grid_board.js";

function button(look, words) {
  const made = make("button", look, words);
  made.type = "button";
  return made;
}

/** A button for each day; `show` hears which was chosen. */
export function drawDays(place, model, day, show) {
  const buttons = model.days.map((one) => {
    const made = button("button small", `${model.date.format(one.start)}${one.title ? ` · ${one.title}` : ""}`);
    made.dataset.day = one.id;
    made.setAttribute("aria-pressed", String(one === day));
    made.addEventListener("click", () => show(one));
    return made;
  });
  place.replaceChildren(...buttons);
}

/** A button for each session without a place; `add` hears which is to get one. */
export function drawUnplaced(section, sessions, add) {
  section.hidden = sessions.length === 0;
  section.querySelector("ul").replaceChildren(
    ...sessions.map((session) => {
      const made = button("grid-new button small", session.title);
      made.dir = "auto";
      made.dataset.session = session.session_id;
      made.addEventListener("click", () => add(session));
      const item = make("li");
      item.append(made);
      return item;
    }),
  );
}
