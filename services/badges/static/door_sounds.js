// Short tones for the answers at the door, made by the browser itself; they can be muted, and that is remembered.

const KEY = "plenary.door.muted";
// Pairs of [Hz, seconds]: up for a welcome, twice the same for somebody who is in, low and long for a refusal.
const TUNES = {
  ok: [[660, 0.09], [990, 0.16]],
  again: [[520, 0.12], [0, 0.06], [520, 0.12]],
  no: [[190, 0.45]],
};
let context = null;

function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, wake);

export const sounds = {
  get muted() {
    return localStorage.getItem(KEY) === "1";
  },
  set muted(value) {
    localStorage.setItem(KEY, value ? "1" : "0");
  },
  play(kind) {
    if (this.muted || !TUNES[kind] || context?.state !== "running") return;
    let at = context.currentTime;
    for (const [pitch, seconds] of TUNES[kind]) {
      if (pitch) beep(pitch, at, seconds);
      at += seconds;
    }
  },
};

function beep(pitch, at, seconds) {
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = pitch;
  tone.type = pitch < 300 ? "sawtooth" : "sine";
  volume.gain.setValueAtTime(0.25, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + seconds);
}
