// Adds a box to the head of the list of registrations that ticks every waiting one.

const list = document.querySelector("table.people");
const boxes = [...(list?.querySelectorAll("input[name=attendee_ids]") ?? [])];

if (boxes.length > 1) {
  const all = document.createElement("input");
  all.type = "checkbox";
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = list.dataset.all;
  const label = document.createElement("label");
  label.append(all, words);
  const head = list.tHead.rows[0].cells[0];
  head.className = "tick";
  head.replaceChildren(label);

  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  list.addEventListener("change", show);
  show();
}
