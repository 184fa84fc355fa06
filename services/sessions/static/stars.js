// Stars: ids of slots, "my agenda" of them, and a hint where two are at the same time. Without an account they stay in
// this browser; who is signed in has them on the server, and those of the browser go along once.

const place = document.getElementById("mine");
const rows = [...document.querySelectorAll("[data-slot]")];
const key = `plenary.stars.${place?.dataset.conference}`;
const [open, close] = place?.querySelectorAll("a") ?? [];
let account = null; // the stars on the server, once they are known

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : []);
  } catch {
    return null; // this browser keeps nothing
  }
}

async function ask(method, id) {
  const address = id ? `${place.dataset.account}/${id}` : place.dataset.account;
  const send = () => fetch(address, { method, cache: "no-store", headers: { Accept: "application/json" } });
  const answer = await send();
  if (answer.status !== 401) return answer;
  await fetch(place.dataset.renew, { redirect: "manual" }); // a token lasts minutes, signing in much longer
  return send();
}

function say(words) {
  place.querySelector("[data-said]").textContent = words;
}

async function begin() {
  try {
    const answer = await ask("GET");
    if (!answer.ok) return;
    account = new Set((await answer.json()).slots);
    await bring();
  } catch {
    // no network: what is known already is shown
  }
}

/** Add the stars of this browser to those of the account, and forget them here once they are all there. */
async function bring() {
  const own = read();
  if (!own?.size) return;
  for (const id of own) {
    const answer = await ask("PUT", id);
    if (answer.ok) account.add(id);
    else if (answer.status !== 404) return; // gone or closed to this person: no star to keep
  }
  localStorage.removeItem(key);
  if (place.dataset.again) location.replace(place.dataset.again); // the page lists them itself
  else say(place.dataset.merged);
}

async function toggleInAccount(id) {
  const isOn = account.has(id);
  try {
    const answer = await ask(isOn ? "DELETE" : "PUT", id);
    if (!answer.ok) throw new Error(`the star answers ${answer.status}`);
    if (isOn) account.delete(id);
    else account.add(id);
    say("");
  } catch {
    say(place.dataset.failed);
  }
  show();
}

function toggle(id) {
  if (account) {
    toggleInAccount(id);
    return;
  }
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
  const stars = account ?? read();
  for (const row of rows) {
    const button = row.querySelector(".star");
    const on = stars.has(row.dataset.slot);
    button.setAttribute("aria-pressed", on);
    button.setAttribute("aria-label", `${on ? place.dataset.remove : place.dataset.add} ${titleOf(row)}`);
  }
  const count = place.querySelector("[data-count]");
  if (count) count.textContent = stars.size;
  const clashes = clashesOf(rows.filter((row) => stars.has(row.dataset.slot)));
  for (const row of rows) if (row.dataset.start) hint(row, clashes.get(row));
  if (close) narrow(stars, location.hash === "#mine");
}

if (place?.dataset.account) await begin();
if (place && (account ?? read())) {
  document.querySelector("[data-star-form]")?.remove(); // the star does the same
  rows.forEach(addButton);
  place.hidden = false;
  show();
  addEventListener("hashchange", show);
  addEventListener("storage", show);
}
