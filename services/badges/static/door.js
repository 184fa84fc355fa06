// The scanner: sends every code to the door with a nonce of its own, and shows the answer by colour, sign, word and sound.

const script = document.getElementById("door-script");
const { api, zone, decoder, wasm } = script.dataset;
const beside = (name) => import(new URL(name + new URL(import.meta.url).search, import.meta.url));
const { sounds } = await beside("./door_sounds.js");
const { Camera, whyNoCamera } = await beside("./door_camera.js");

const part = (place, name) => place.querySelector(`[data-part="${name}"]`);
const by = (id) => document.getElementById(id);
const [card, undo, form, field, day, last] = ["answer", "undo", "scan", "code", "day", "last"].map(by);
const WORDS = { ok: "Welcome", again: "Already in", no: "Stop", undone: "Taken back", wait: "One moment", lost: "Not checked" };
const HANDS_FREE_MS = 3000; // a code that stays before the camera is one scan
const RETRY_MS = 1500;
const RETRIES = 20;
const REMEMBERED = 5;
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
let shown = null;
let queue = Promise.resolve();

const newNonce = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const kindOf = (answer) =>
  answer.undone ? "undone" : answer.status === "ok" ? "ok" : answer.reason === "already_redeemed" ? "again" : "no";

function whyOf(answer) {
  if (answer.undone) return "This person does not count as in.";
  if (!answer.first_scan) return answer.reason_explanation;
  const { at, place } = answer.first_scan;
  return `First scanned at ${clock.format(new Date(at))}${place ? `, ${place}` : ""}.`;
}

function paint(kind, { name = "", from = "", why = "" }) {
  card.dataset.kind = kind;
  part(card, "word").textContent = WORDS[kind];
  part(card, "name").firstElementChild.textContent = name;
  part(card, "from").textContent = from;
  part(card, "why").textContent = why;
  card.classList.remove("fresh");
  void card.offsetWidth; // restarts the animation, so that two alike answers can be told apart
  card.classList.add("fresh");
}

function show(answer) {
  shown = answer;
  const from = [answer.institution, answer.category].filter(Boolean).join(" · ");
  paint(kindOf(answer), { name: answer.name, from, why: whyOf(answer) });
  undo.hidden = !answer.undo_until || new Date(answer.undo_until) < new Date();
  undo.elements.nonce.value = answer.nonce;
}

function remember(answer) {
  const list = last.querySelector("ol");
  const entry = document.createElement("button");
  entry.type = "button";
  entry.className = "last-entry";
  entry.dataset.kind = kindOf(answer);
  entry.dataset.nonce = answer.nonce;
  entry.textContent = `${clock.format(new Date(answer.at))} ${WORDS[kindOf(answer)]}${answer.name ? `: ${answer.name}` : ""}`;
  entry.addEventListener("click", () => show(entry.answer));
  entry.answer = answer;
  const earlier = list.querySelector(`[data-nonce="${answer.nonce}"]`);
  const item = document.createElement("li");
  item.append(entry);
  if (earlier) earlier.parentElement.replaceWith(item);
  else list.prepend(item);
  while (list.children.length > REMEMBERED) list.lastElementChild.remove();
  last.hidden = false;
}

async function ask(method, path, body) {
  for (let tries = 0; tries < RETRIES; tries++) {
    try {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
        body: body && JSON.stringify(body),
      });
      if (response.status === 401) return location.reload(), null;
      if (response.status < 500) return { good: response.ok, body: await response.json() };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    paint("wait", { why: "No connection. Trying again …" });
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return { good: false, body: { detail: "There is no connection. Please scan this badge again later." } };
}

async function check(code) {
  const scan = { code, day_id: day.value, nonce: newNonce(), scanned_at: new Date().toISOString() };
  const answered = await ask("POST", "/scans", scan);
  if (!answered) return;
  if (!answered.good) {
    undo.hidden = true;
    paint("lost", { why: answered.body.detail });
    return sounds.play("no");
  }
  show(answered.body);
  remember(answered.body);
  sounds.play(kindOf(answered.body));
  void count();
}

function scan(code) {
  queue = queue.then(() => check(code)).catch((error) => paint("lost", { why: String(error) }));
  return queue;
}

async function count() {
  const response = await fetch(`${api}/door`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.status === 401) return location.reload();
  if (!response?.ok) return;
  const list = (await response.json()).lists.find((each) => each.day_id === day.value);
  if (!list) return;
  for (const name of ["inside", "expected"]) part(by("count"), name).textContent = list[name];
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = field.value;
  field.value = "";
  if (code.trim()) void scan(code.trim());
});

undo.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answered = await ask("DELETE", `/scans/${undo.elements.nonce.value}`);
  if (!answered) return;
  if (answered.good) {
    show(answered.body);
    remember(answered.body);
    void count();
  } else {
    paint(shown ? kindOf(shown) : "no", { name: shown?.name, why: answered.body.detail });
  }
  field.focus({ preventScroll: true });
});

// A hand scanner types wherever the focus is, so keys outside of a field go to the code.
document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, select, textarea, button, a");
  if (!inField && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) field.focus();
});
if (matchMedia("(hover: hover) and (pointer: fine)").matches) field.focus({ preventScroll: true });
day.addEventListener("change", () => void count());

let seen = { code: "", at: 0 };
function found(code) {
  const again = code === seen.code && Date.now() - seen.at < HANDS_FREE_MS;
  seen = { code, at: Date.now() };
  if (!again) void scan(code);
}

const camera = new Camera({ place: by("camera"), decoder, wasm, found });
const [start, why, photo, photoLabel] = ["start", "why", "photo", "photo-label"].map(by);
const lacking = whyNoCamera();
by("ways").hidden = false;
photoLabel.hidden = false;
start.hidden = Boolean(lacking);
if (lacking) say(lacking);

function say(text) {
  why.textContent = text;
  why.hidden = !text;
}

async function open() {
  say("");
  const problem = await camera.open();
  start.hidden = !problem;
  if (problem) say(problem);
}
start.addEventListener("click", open);
part(by("camera"), "stop").addEventListener("click", () => {
  camera.close();
  start.hidden = false;
  start.focus();
});
if (!lacking && (await navigator.permissions?.query({ name: "camera" }).catch(() => null))?.state === "granted") void open();

photo.addEventListener("change", async () => {
  const [picture] = photo.files;
  if (!picture) return;
  say("Looking for a code in the photo …");
  const code = await camera.read(picture).catch(() => "");
  photo.value = "";
  say(code ? "" : "There is no readable code in this photo. Hold the phone straight over the badge and try again.");
  if (code) await scan(code);
});

const mute = by("mute");
mute.hidden = false;
const tell = () => {
  mute.setAttribute("aria-pressed", String(!sounds.muted));
  mute.textContent = sounds.muted ? "Sound is off" : "Sound is on";
};
mute.addEventListener("click", () => {
  sounds.muted = !sounds.muted;
  tell();
});
tell();

setInterval(() => {
  if (!document.hidden) void count();
}, 2000);
