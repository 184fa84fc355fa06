// Reads QR codes from the camera or from a photo with zxing, which is loaded only when it is needed.

const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };
const LONGEST_SIDE = 1280; // pixels of a frame that are looked at; a badge across a phone's width needs no more
const PAUSE_MS = 60;

// What keeps a page from the camera, in words for the staff; "" when nothing does.
export function whyNoCamera() {
  if (!window.isSecureContext) return "The camera works only over https. Take a photo instead, or use a hand scanner.";
  if (!navigator.mediaDevices?.getUserMedia) return "This browser has no camera for web pages. Take a photo instead.";
  return "";
}

const REFUSED = {
  NotAllowedError: "The camera is not allowed for this site. Allow it in the browser's settings, or take a photo instead.",
  NotFoundError: "This device has no camera. Use a hand scanner, or type the code.",
  NotReadableError: "Another app uses the camera. Close it and try again.",
};

export class Camera {
  #place;
  #video;
  #decoder;
  #wasm;
  #found;
  #reader = null;
  #stream = null;

  constructor({ place, decoder, wasm, found }) {
    this.#place = place;
    this.#video = place.querySelector("video");
    this.#decoder = decoder;
    this.#wasm = wasm;
    this.#found = found;
  }

  // The text of the code in a picture, "" if there is none.
  async read(picture) {
    this.#reader ??= this.#load();
    const { readBarcodes } = await this.#reader;
    const [code] = await readBarcodes(picture, OPTIONS);
    return code?.isValid ? code.text : "";
  }

  // Starts to look; answers why it cannot, or nothing.
  async open() {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch (error) {
      return REFUSED[error.name] ?? `The camera did not start (${error.name}). Take a photo instead.`;
    }
    this.#place.hidden = false;
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    void this.#look(this.#stream);
    return "";
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = this.#video.srcObject = null;
    this.#place.hidden = true;
  }

  async #load() {
    const reader = await import(this.#decoder);
    // Without this it would fetch its program from another host.
    reader.prepareZXingModule({ overrides: { locateFile: () => this.#wasm } });
    return reader;
  }

  async #look(stream) {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    while (this.#stream === stream) {
      const { videoWidth: width, videoHeight: height } = this.#video;
      if (width && !document.hidden) {
        const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
        [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
        context.drawImage(this.#video, 0, 0, canvas.width, canvas.height);
        const code = await this.read(context.getImageData(0, 0, canvas.width, canvas.height));
        if (code) this.#found(code);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
