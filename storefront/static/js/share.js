// data-copy holds an address to copy; data-share one for the system's share sheet, where there is one (U63).
// A share that a button opens is not a post: nothing is counted here.
const SHOWN_MS = 1800;
const SERVER = "mastodon-server";

async function copy(button) {
  const label = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    const was = label.textContent;
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = was), SHOWN_MS);
  } catch {
    // Without the clipboard the field beside it is selected, to be copied by hand.
    document.querySelector("[data-select]")?.select();
  }
}

function share(button) {
  const { share: url, shareText: text, shareTitle: title } = button.dataset;
  // Closing the sheet is an answer, no fault.
  navigator.share({ url, text, title }).catch(() => {});
}

function serverOf(typed) {
  const host = typed.trim().replace(/^https?:\/\//i, "").replace(/[/?#].*$/, "").toLowerCase();
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host) ? host : null;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy], [data-share]");
  if (button?.dataset.copy) copy(button);
  else if (button) share(button);
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-select]")) event.target.select();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-mastodon]")) return;
  event.preventDefault();
  const host = serverOf(form.elements[SERVER].value);
  if (!host) return;
  localStorage.setItem(SERVER, host); // in this browser, and nowhere else
  const address = form.dataset.address.replace("{server}", host);
  open(`${address}?text=${encodeURIComponent(form.dataset.mastodon)}`, "_blank", "noopener");
});

for (const button of document.querySelectorAll("[data-share]")) button.hidden = !navigator.share;
for (const field of document.querySelectorAll(`#${SERVER}`)) field.value = localStorage.getItem(SERVER) ?? "";
