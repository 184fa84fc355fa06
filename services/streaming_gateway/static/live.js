// Keeps the live page at the hour: asks for the state, and renews the parts of the page that have changed.

const script = document.getElementById("live");
const seconds = Number(script.dataset.seconds);
let known = "";
let skew = 0; // milliseconds that the server's clock is ahead of this device's

async function ask() {
  const response = await fetch(script.dataset.state, { cache: "no-cache", credentials: "omit" });
  if (!response.ok) return;
  skew = Date.parse(response.headers.get("Date")) - Date.now() || 0;
  const state = await response.text();
  if (known && state !== known) await renew();
  known = state;
}

async function renew() {
  const response = await fetch(location.pathname, { cache: "no-cache", credentials: "omit" });
  if (!response.ok) throw new Error(`the page answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  let changed = false;
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || signature(fresh) === signature(part)) continue;
    part.replaceWith(document.adoptNode(fresh));
    changed = true;
  }
  countDown();
  if (changed) announce();
}

/** What the server wrote of a part: without the countdown, which this script writes. */
function signature(part) {
  const copy = part.cloneNode(true);
  for (const countdown of copy.querySelectorAll("[data-opens]")) countdown.replaceWith(countdown.dataset.opens);
  return copy.innerHTML;
}

function announce() {
  const words = [...document.querySelectorAll('[data-part="slate"] p:not([hidden])')].map((line) => line.textContent.trim());
  document.getElementById("live-news").textContent = words.join(". ");
}

function countDown() {
  const line = document.querySelector("[data-opens]");
  if (!line) return;
  const left = Math.round((Date.parse(line.dataset.opens) - Date.now() - skew) / 1000);
  line.hidden = left <= 0;
  line.textContent = left > 0 ? spelled(left) : "";
}

/** "2 d 3 h 4 min", or "4 min 5 s" within the last hour. */
function spelled(left) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => left >= size);
  const last = first < 2 ? 2 : 3;
  const words = [];
  for (const [size, unit] of parts.slice(first, last + 1)) {
    words.push(`${Math.floor(left / size)} ${unit}`);
    left %= size;
  }
  return words.join(" ");
}

async function keepAsking() {
  try {
    if (!document.hidden) await ask();
  } catch {
    known = known || "unreachable"; // whatever the next answer is, the page is renewed by it
  }
  setTimeout(keepAsking, seconds * 1000);
}

countDown();
setInterval(countDown, 1000);
keepAsking();
