import "./count-down.js";
import "./share.js";

const TOAST_MS = 10_000;

// Where a form came back with mistakes, the summary has the focus (U17); after a user's own act, the confirmation (U76).
document.querySelector("[data-focus]")?.focus();

// A menu closes on Escape and on a press elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A pressed button says that it works; a repeated press is harmless on the server but pointless here (U23).
document.addEventListener("submit", (event) => {
  const pressed = event.submitter;
  if (event.defaultPrevented || !pressed || event.target.method !== "post") return;
  setTimeout(() => {
    pressed.disabled = true;
    pressed.setAttribute("aria-busy", "true");
  }, 0);
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

// Toasts leave after ten seconds unless somebody is on them (U19).
const toasts = document.getElementById("toasts");
const leave = (toast) => {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), TOAST_MS);
};
for (const toast of toasts.children) leave(toast);
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) leave(node);
}).observe(toasts, { childList: true });
