// Fills a form[data-position] with where this device is, only on a press: on [data-locate], else when it is sent (R77).
// [data-position-note] says in data-refused and data-unknown what to do instead.
const HOW = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 0 };

async function fill(form) {
  const note = form.querySelector("[data-position-note]");
  note.textContent = "Finding out where this device is.";
  try {
    const { coords, timestamp } = await new Promise((found, failed) =>
      navigator.geolocation.getCurrentPosition(found, failed, HOW),
    );
    const { latitude, longitude, accuracy: accuracy_m } = coords;
    for (const [name, value] of Object.entries({ latitude, longitude, accuracy_m, position_at: timestamp })) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    note.textContent = `Found, to within ${Math.ceil(accuracy_m)} metres.`;
    return true;
  } catch (problem) {
    note.textContent = problem.code === 1 ? note.dataset.refused : note.dataset.unknown;
    return false;
  }
}

// What a page was given to be sent once is soon out of date: its address gives another.
async function renew(form) {
  const text = await (await fetch(form.action)).text();
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[name=challenge]");
  if (fresh) form.elements.challenge.value = fresh.value;
}

for (const form of document.querySelectorAll("form[data-position]")) {
  const button = form.querySelector("[data-locate]");
  button?.addEventListener("click", () => fill(form));
  let filled = button;
  form.addEventListener("submit", async (event) => {
    if (filled) return;
    event.preventDefault();
    await renew(form).catch(() => {});
    filled = (await fill(form)) || "device" in form.dataset;
    if (filled) form.requestSubmit();
  });
  // Whoever comes back may have walked on.
  addEventListener("pageshow", () => (filled = button));
}
