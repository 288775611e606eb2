// <count-down datetime="…Z" data-now="…Z"><time>…</time></count-down>
// Counts by the server's clock: the reader's clock only measures how long the page has been open (U67).
import { refresh } from "./refresh.js";

const TWO_DAYS = 172_800;
const SPREAD_MS = 3000;
const LATE_MS = 30_000;
const two = (n) => String(n).padStart(2, "0");

function left(seconds) {
  if (seconds >= TWO_DAYS) return `${Math.floor(seconds / 86_400)} days`;
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

class CountDown extends HTMLElement {
  connectedCallback() {
    // Moving the element connects it again; a second clock would run beside the first.
    clearInterval(this.timer);
    const end = Date.parse(this.getAttribute("datetime"));
    const now = Date.parse(this.dataset.now) || Date.now();
    this.ahead ??= now - performance.now();
    this.setAttribute("role", "timer");
    this.querySelector("time")?.classList.add("visually-hidden");
    let out = this.querySelector(".num");
    if (!out) {
      out = document.createElement("span");
      out.className = "num";
      out.setAttribute("aria-hidden", "true");
      this.append(out);
    }
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((end - this.ahead - performance.now()) / 1000));
      out.textContent = left(seconds);
      if (seconds > 0) return;
      clearInterval(this.timer);
      // An end that was already past when the page came is a server at work: ask again, but not at once.
      refresh({ within: late ? LATE_MS : SPREAD_MS });
    };
    const late = end <= now;
    this.timer = setInterval(tick, 1000);
    tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }
}

customElements.define("count-down", CountDown);
