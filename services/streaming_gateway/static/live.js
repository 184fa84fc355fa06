// Keeps the live page at the hour: asks for the state, renews the parts of the page that have changed, plays the stage.

import { Player } from "./player.js";

const HIDDEN_SECONDS = 15; // a page in the background is asked after more rarely
const script = document.getElementById("live");
const seconds = Number(script.dataset.seconds);
const stage = document.querySelector(".stage");
const sound = document.getElementById("sound");
const page = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let known = script.dataset.known; // the tag of the state that the page shows
let skew = 0; // milliseconds that the server's clock is ahead of this device's

const player = new Player(document.getElementById("picture"), {
  hls: script.dataset.hls,
  worker: script.dataset.hlsWorker,
  onPlaying: (playing) => {
    if (stage.classList.contains("is-playing") === playing) return;
    stage.classList.toggle("is-playing", playing);
    player.video.hidden = !playing;
    if (playing) beat();
  },
  onMuted: (muted) => (sound.hidden = !muted),
});
sound.addEventListener("click", () => (player.video.muted = false));

/** Renews the page if its state is another; says whether it may still be behind. */
async function ask() {
  const response = await fetch(script.dataset.state, { cache: "no-cache" });
  if (!response.ok) return false;
  skew = Date.parse(response.headers.get("Date")) - Date.now() || 0;
  const tag = response.headers.get("ETag").replace(/^W\/|"/g, "");
  if (tag === known) return false;
  await renew();
  return tag !== known;
}

async function renew() {
  const response = await fetch(location.pathname, { cache: "no-cache" });
  if (!response.ok) throw new Error(`the page answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  let changed = false;
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || signature(fresh) === signature(part)) continue;
    part.replaceWith(document.adoptNode(fresh));
    changed = true;
  }
  known = page.getElementById("live")?.dataset.known;
  countDown();
  play();
  if (changed) announce();
}

/** What the server wrote of a part: without the countdown, which this script writes. */
function signature(part) {
  const copy = part.cloneNode(true);
  for (const countdown of copy.querySelectorAll("[data-opens]")) countdown.replaceWith(countdown.dataset.opens);
  return copy.outerHTML;
}

/** What media names now; a change of the programme alone leaves the player as it is. */
function play() {
  player.show(media().dataset.playlist);
}

function media() {
  return document.getElementById("media");
}

/** Says that this page watches, under an id that it forgets when it is closed. */
function beat() {
  const { beat: url, stage: id, playlist } = media().dataset;
  if (!url || !playlist || !stage.classList.contains("is-playing")) return;
  const body = JSON.stringify({ stage: id, page });
  fetch(url, { method: "POST", body, headers: { "Content-Type": "application/json" }, credentials: "omit", keepalive: true }).catch(() => {});
}

function announce() {
  const part = stage.classList.contains("is-playing") ? "bar" : "slate";
  const words = [...document.querySelectorAll(`[data-part="${part}"] p:not([hidden])`)].map((line) => line.textContent.trim());
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
  let pause = document.hidden ? HIDDEN_SECONDS : seconds;
  try {
    if (await ask()) pause = seconds / 4;
  } catch {
    // the next round asks again
  }
  clearTimeout(waiting);
  waiting = setTimeout(keepAsking, pause * 1000);
}

let waiting = 0;
document.addEventListener("visibilitychange", () => document.hidden || keepAsking());
countDown();
setInterval(countDown, 1000);
setInterval(beat, Number(media().dataset.beatSeconds || 20) * 1000);
play();
keepAsking();
