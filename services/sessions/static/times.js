// Conference time, which is what the page says, or the reader's own: a choice where the two differ, kept in this browser.

const choices = [...document.querySelectorAll(".time-choice")];
const times = [...document.querySelectorAll("time[data-clock]")];
const key = "plenary.times";
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

function format(instant, zone, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options }).format(new Date(instant));
}

const clock = (instant, zone) => format(instant, zone, { hour: "2-digit", minute: "2-digit" });
const dayOf = (instant, zone) => format(instant, zone, { year: "numeric", month: "2-digit", day: "2-digit" });

function nameOf(instant) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: own, timeZoneName: "short" }).formatToParts(new Date(instant));
  return parts.find((part) => part.type === "timeZoneName").value;
}

function isElsewhere(zone) {
  return times.some((time) => {
    const at = time.getAttribute("datetime");
    return clock(at, zone) !== clock(at, own) || dayOf(at, zone) !== dayOf(at, own);
  });
}

function inOwn(time, zone) {
  const [start, end] = [time.getAttribute("datetime"), time.dataset.end];
  const another = dayOf(start, own) === dayOf(start, zone) ? "" : ` ${format(start, own, { weekday: "short" })}`;
  return end ? `${clock(start, own)}–${clock(end, own)} ${nameOf(start)}${another}` : `${clock(start, own)}${another}`;
}

function show(choice, zone) {
  for (const time of times) {
    time.dataset.said ??= time.textContent;
    time.textContent = choice === "own" ? inOwn(time, zone) : time.dataset.said;
  }
  for (const line of document.querySelectorAll("[data-zone-name]")) {
    line.dataset.said ??= line.textContent;
    line.textContent = choice === "own" ? line.dataset.said.replace(zone, own) : line.dataset.said;
  }
  for (const input of document.querySelectorAll(".time-choice input")) input.checked = input.value === choice;
}

function recall() {
  try {
    return localStorage.getItem(key) === "own" ? "own" : "conference";
  } catch {
    return "conference";
  }
}

function remember(choice) {
  try {
    localStorage.setItem(key, choice);
  } catch {
    // this browser keeps nothing: the choice holds for this page
  }
}

for (const fieldset of choices) {
  const { zone } = fieldset.dataset;
  if (!isElsewhere(zone)) continue;
  fieldset.querySelector("[data-own]").textContent = own;
  fieldset.hidden = false;
  fieldset.addEventListener("change", (event) => {
    remember(event.target.value);
    show(event.target.value, zone);
  });
  show(recall(), zone);
}
