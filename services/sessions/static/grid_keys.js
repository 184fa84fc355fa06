// Keys and buttons of the grid: whatever can be done with the mouse can be done with them.

import { actOf } from "./grid_moves.js";

/** `act(act, slot)` moves, `choose`, `open`, `takeOut` and `undo` do what they say; `chosen()` is the id of that slot. */
export function listen({ root, slotOf, chosen, choose, act, open, takeOut, undo }) {
  root.addEventListener("keydown", (event) => {
    const does = (run, ...given) => {
      event.preventDefault();
      run(...given);
    };
    const isWithControl = event.ctrlKey || event.metaKey;
    if (isWithControl && event.key.toLowerCase() === "z") return does(undo);
    const slot = slotOf(event.target.dataset?.id);
    if (!slot || isWithControl || event.altKey) return undefined;
    const wanted = actOf(event);
    if (wanted) return does(act, wanted, slot);
    if (event.key === "Enter") return does(open, slot);
    if (event.key === "Delete" || event.key === "Backspace") return does(takeOut, slot);
    return undefined;
  });

  root.addEventListener("focusin", (event) => {
    const slot = slotOf(event.target.dataset?.id);
    if (slot) choose(slot);
  });

  root.addEventListener("click", (event) => {
    const wanted = event.target.dataset?.act;
    const slot = slotOf(event.target.closest("[data-id]")?.dataset.id ?? (wanted && chosen()));
    if (!slot) return;
    if (wanted === "out") takeOut(slot);
    else if (wanted === "open") open(slot);
    else if (wanted) act(wanted, slot);
    else choose(slot);
  });
  root.querySelector(".grid-undo").addEventListener("click", () => undo());
}
