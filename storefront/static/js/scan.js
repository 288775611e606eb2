// The redeem desk: reads a QR code with the camera, fills the code field and submits (U78).
// Markup: [data-scan] holds a <video>, a start button [data-scan-start], a <p data-scan-note role="status">;
// data-scan names the id of the code field. The ponyfill and its wasm come from our host, named by meta tags.
const EVERY_MS = 150;

const address = (name) => document.querySelector(`meta[name="asset-${name}"]`)?.content;

async function detector() {
  if ("BarcodeDetector" in globalThis) {
    const formats = await globalThis.BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) return new globalThis.BarcodeDetector({ formats: ["qr_code"] });
  }
  const { BarcodeDetector, prepareZXingModule } = await import(address("barcode-detector"));
  // The package points to a foreign host unless it is told where its wasm lies.
  prepareZXingModule({ overrides: { locateFile: () => address("zxing-wasm") } });
  return new BarcodeDetector({ formats: ["qr_code"] });
}

class Desk {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.note = root.querySelector("[data-scan-note]");
    this.start = root.querySelector("[data-scan-start]");
    this.field = document.getElementById(root.dataset.scan);
    this.start.addEventListener("click", () => this.run());
    addEventListener("pagehide", () => this.stop());
  }

  say(text) {
    this.note.textContent = text;
  }

  async run() {
    this.start.disabled = true;
    this.say("Starting the camera.");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.video.srcObject = this.stream;
      this.root.classList.add("running");
      await this.video.play();
      this.reader = await detector();
    } catch (problem) {
      this.stop();
      this.say(
        problem.name === "NotAllowedError"
          ? "The camera is not allowed on this page. Type the code instead."
          : "No camera can be used here. Type the code instead.",
      );
      return;
    }
    this.say("Hold the QR code inside the frame.");
    this.look();
  }

  async look() {
    if (!this.stream) return;
    let found = [];
    try {
      found = await this.reader.detect(this.video);
    } catch {
      // A frame may be unreadable while the camera focuses; the next one follows at once.
    }
    const text = found[0]?.rawValue;
    if (!text) {
      setTimeout(() => this.look(), EVERY_MS);
      return;
    }
    this.stop();
    this.say("Code read.");
    navigator.vibrate?.(60);
    this.field.value = text;
    this.field.form.requestSubmit();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.root.classList.remove("running");
    this.start.disabled = false;
  }
}

for (const root of document.querySelectorAll("[data-scan]")) new Desk(root);
