// Keeps a screen right: a clock, a look every few seconds for something new, and the last state when the server is away.

const LOOK_MS = 5000;
const TURN_MS = 12000;
const screen = () => document.querySelector("main.screen");
let ahead = 0; // by how much the conference's clock is ahead of this machine's
let awaySince = null;
let turnedAt = Date.now();

function clock(instant) {
  const format = { timeZone: screen().dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat("en-GB", format).format(instant);
}

function tick() {
  const time = screen().querySelector(".screen-clock time");
  const shown = clock(Date.now() + ahead);
  if (time.textContent !== shown) time.textContent = shown;
}

function setClock() {
  ahead = Date.parse(screen().dataset.now) - Date.now();
}

async function ask(url, options) {
  return fetch(url, { cache: "no-store", signal: AbortSignal.timeout(LOOK_MS), ...options });
}

async function turn(url) {
  const answer = await ask(url);
  if (!answer.ok) throw new Error(`the page answers ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main.screen");
  if (!page) throw new Error("another page came");
  screen().replaceWith(page);
  turnedAt = Date.now();
  setClock();
}

function tellAway() {
  const line = screen().querySelector(".screen-stale");
  line.hidden = awaySince === null;
  if (awaySince !== null) line.querySelector("time").textContent = clock(awaySince);
}

async function look() {
  const { state, tag, next } = screen().dataset;
  try {
    const answer = await ask(state, { headers: { "If-None-Match": `"${tag}"` } });
    if (answer.status !== 304 && !answer.ok) throw new Error(`the state answers ${answer.status}`);
    if (answer.status === 200) await turn(location.href);
    else if (next && Date.now() - turnedAt > TURN_MS) await turn(next);
    awaySince = null;
  } catch {
    awaySince ??= Date.now() + ahead;
  }
  tellAway();
  setTimeout(look, LOOK_MS);
}

setClock();
tick();
setInterval(tick, 1000);
setTimeout(look, LOOK_MS);
