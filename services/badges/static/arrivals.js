// Keeps the counts of the door and the last contact of its devices fresh, once a second.

const { address, zone } = document.getElementById("arrivals-script").dataset;
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
const put = (place, text) => {
  if (place && place.textContent !== String(text)) place.textContent = text;
};

async function refresh() {
  const response = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return;
  const { lists, devices } = await response.json();
  for (const list of lists) {
    put(document.querySelector(`[data-list="${list.day_id}"]`), list.inside);
    put(document.querySelector(`[data-expected="${list.day_id}"]`), list.expected);
  }
  for (const device of devices) {
    const place = document.querySelector(`[data-contact="${device.id}"]`);
    if (!place || place.dateTime === device.contact_at) continue;
    place.dateTime = device.contact_at;
    put(place, clock.format(new Date(device.contact_at)));
  }
}

setInterval(() => {
  if (!document.hidden) void refresh();
}, 1000);
