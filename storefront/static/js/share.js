// data-copy holds an address. On a phone the system's share sheet opens, elsewhere the address is copied (U63).
const SHOWN_MS = 1800;

async function share(button) {
  const url = button.dataset.copy;
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    await navigator.share({ url, title: document.title });
    return;
  }
  await navigator.clipboard.writeText(url);
  const label = button.querySelector("span");
  const was = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = was), SHOWN_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  share(button).catch(() => {
    // Closing the share sheet and refusing the clipboard are answers, not faults: the links beside it still work.
  });
});
