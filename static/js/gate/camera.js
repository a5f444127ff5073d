// Reads codes from the camera: by the browser's own detector, or by a vendored one where it has none.
// The same code is read again only after it was out of sight.
const LOOK_MS = 150;
const FORGET_MS = 3_000;

export class Camera {
  constructor(video, onCode) {
    Object.assign(this, { video, onCode, last: "", seen: 0, stream: null });
  }

  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play();
    this.read ??= await reader();
    this.look();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    Object.assign(this, { stream: null });
    this.video.hidden = true;
  }

  async look() {
    if (!this.stream) return;
    const text = this.video.readyState >= 2 ? await this.read(this.video).catch(() => "") : "";
    if (text && (text !== this.last || Date.now() - this.seen > FORGET_MS)) this.onCode(text);
    if (text) Object.assign(this, { last: text, seen: Date.now() });
    setTimeout(() => this.look(), LOOK_MS);
  }
}

async function reader() {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
  }
  await import("../../vendor/jsqr-1.4.0.js");
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
    brush.drawImage(video, 0, 0);
    const { data, width, height } = brush.getImageData(0, 0, canvas.width, canvas.height);
    return self.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? "";
  };
}
