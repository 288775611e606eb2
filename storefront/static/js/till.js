// The till screen follows the server, whose clock counts, and keeps the screen on (R77).
import { refresh } from "./refresh.js";

let shown, ends;

function count() {
  const clock = document.querySelector("[data-ends]");
  if (clock !== shown) ends = performance.now() + clock.dataset.ends * 1000;
  shown = clock;
  clock.textContent = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
}

async function renew() {
  if (document.hidden) return;
  const gone = await refresh({ what: "till" }).catch(() => true);
  document.getElementById("till-gone").hidden = !gone;
  count();
}

const stayOn = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", stayOn);
setInterval(count, 1_000);
setInterval(renew, 5_000);
stayOn();
count();
