// Keeps the banner about late rooms up to date while a page stays open.

const place = document.querySelector("[data-late]");
const EVERY = 8000; // ms

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(place.dataset.late);
      const text = answer.ok ? await answer.text() : "";
      // Only what differs is put in, or screen readers would read the same banner again and again.
      if (answer.ok && text.trim() !== place.innerHTML.trim()) place.innerHTML = text;
    } catch {
      // No network for a while: what was shown last stays.
    }
  }
  setTimeout(look, EVERY);
}

if (place) setTimeout(look, EVERY);
