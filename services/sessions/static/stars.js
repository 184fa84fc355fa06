// Stars without an account: ids of slots in this browser, "my agenda" of them, and a hint where two are at the same time.

const place = document.getElementById("mine");
const rows = [...document.querySelectorAll("[data-slot]")];
const key = `plenary.stars.${place?.dataset.conference}`;
const [open, close] = place?.querySelectorAll("a") ?? [];

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return null; // this browser keeps nothing
  }
}

function toggle(id) {
  const stars = read() ?? new Set();
  if (!stars.delete(id)) stars.add(id);
  try {
    localStorage.setItem(key, JSON.stringify([...stars]));
  } catch {
    return; // full, or closed by its owner: the star stays as it was
  }
  show();
}

function titleOf(row) {
  return (row.querySelector("h1, h3 > a, h4 > a") ?? row).textContent.trim();
}

function addButton(row) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "star" });
  button.addEventListener("click", () => toggle(row.dataset.slot));
  (row.querySelector("[data-star]") ?? row.querySelector(".agenda-room")).append(button);
}

function clashesOf(starred) {
  const found = new Map();
  const placed = starred.filter((row) => row.dataset.start && !row.classList.contains("cancelled"));
  for (const row of placed) {
    const [start, end] = [Date.parse(row.dataset.start), Date.parse(row.dataset.end)];
    const others = placed.filter(
      (other) => other !== row && Date.parse(other.dataset.start) < end && Date.parse(other.dataset.end) > start,
    );
    if (others.length) found.set(row, others.map(titleOf));
  }
  return found;
}

function hint(row, titles) {
  row.querySelector(".agenda-clash")?.remove();
  if (!titles) return;
  const line = document.createElement("p");
  line.className = "agenda-clash";
  line.append(`${place.dataset.clash} ${titles.join(", ")}`);
  row.querySelector(".agenda-text").append(line);
}

function narrow(stars, mine) {
  for (const row of rows) row.hidden = mine && !stars.has(row.dataset.slot);
  for (const group of document.querySelectorAll(".agenda-hour, .agenda-day")) {
    group.hidden = !group.querySelector("[data-slot]:not([hidden])");
  }
  document.getElementById("mine-empty").hidden = !mine || rows.some((row) => !row.hidden);
  if (mine) open.setAttribute("aria-current", "true");
  else open.removeAttribute("aria-current");
  close.hidden = !mine;
}

function show() {
  const stars = read();
  for (const row of rows) {
    const button = row.querySelector(".star");
    const on = stars.has(row.dataset.slot);
    button.setAttribute("aria-pressed", on);
    button.setAttribute("aria-label", `${on ? place.dataset.remove : place.dataset.add} ${titleOf(row)}`);
  }
  place.querySelector("[data-count]").textContent = stars.size;
  const clashes = clashesOf(rows.filter((row) => stars.has(row.dataset.slot)));
  for (const row of rows) if (row.dataset.start) hint(row, clashes.get(row));
  if (close) narrow(stars, location.hash === "#mine");
}

if (place && read()) {
  rows.forEach(addButton);
  place.hidden = false;
  show();
  addEventListener("hashchange", show);
  addEventListener("storage", show);
}
