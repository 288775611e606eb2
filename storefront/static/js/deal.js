// The deal page: the bottom dock, the tip, and what happens when the live stream is full or the phase changes.
import { refresh } from "./refresh.js";

const POLL_MS = 15_000;
const COLORS = ["#B8390E", "#F3A545", "#0B6B4B", "#25435A", "#FBE3B4"];
const state = () => document.getElementById("state");
let seen = { ...state()?.dataset };

// The dock is away while the form is well in view or already above it (U14).
const form = document.getElementById("form");
if (form) {
  new IntersectionObserver(
    ([entry]) => {
      const passed = entry.isIntersecting || entry.boundingClientRect.top < 0;
      document.getElementById("dock")?.classList.toggle("away", passed);
    },
    { threshold: 0.4 },
  ).observe(form);
}

async function celebrate() {
  const key = `tipped-${seen.deal}`;
  if (sessionStorage.getItem(key)) return;
  sessionStorage.setItem(key, "1");
  const said = document.createElement("p");
  said.className = "toast";
  said.textContent = document.getElementById("headline").textContent;
  document.getElementById("toasts").append(said);
  const card = document.getElementById("buy");
  card.classList.add("celebrate");
  card.addEventListener("animationend", () => card.classList.remove("celebrate"), { once: true });
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const { default: confetti } = await import(document.querySelector('meta[name="asset-confetti"]').content);
  const box = card.getBoundingClientRect();
  // Its worker would be a blob: address, which the content security policy refuses.
  const throwIt = confetti.create(undefined, { resize: true, useWorker: false, disableForReducedMotion: true });
  throwIt({
    particleCount: 110,
    spread: 80,
    startVelocity: 38,
    colors: COLORS,
    origin: {
      x: (box.left + box.width / 2) / innerWidth,
      y: Math.min(0.9, Math.max(0.1, (box.top + 120) / innerHeight)),
    },
  });
}

// Every message is complete in itself, so a missed one loses nothing: only what the page saw before counts (U15).
function notice() {
  const now = { ...state()?.dataset };
  const before = seen;
  seen = now;
  const feed = document.getElementById("feed");
  document.getElementById("just-joined").hidden = !feed?.children.length;
  if (before.tipped === "0" && now.tipped === "1") celebrate();
  if (before.phase !== now.phase) refresh({ what: "state", within: 3000 });
}
document.addEventListener("htmx:after:swap", notice);
document.addEventListener("page:refreshed", notice);

// Over the cap of live connections the page asks for itself every 15 seconds (U55).
let poll;
for (const name of ["htmx:response:error", "htmx:error", "htmx:sse:error"]) {
  document.addEventListener(name, () => {
    poll ??= setInterval(() => document.hidden || refresh({ what: "live" }), POLL_MS);
  });
}
document.addEventListener("htmx:sse:after:connection", () => {
  clearInterval(poll);
  poll = undefined;
});
