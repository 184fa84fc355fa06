// Plays one stage: hls.js with patience, the browser's own player where there is no other, and never "over" by itself.

const PATIENT = { maxNumRetry: 60, retryDelayMs: 500, maxRetryDelayMs: 2000, backoff: "linear", shouldRetry: (policy, count) => count < policy.maxNumRetry };
const PLAYLIST = { default: { maxTimeToFirstByteMs: 4000, maxLoadTimeMs: 8000, timeoutRetry: PATIENT, errorRetry: PATIENT } };
const SEGMENT = { default: { maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 30000, timeoutRetry: PATIENT, errorRetry: PATIENT } };
const AGAIN = 1000; // milliseconds before a fresh start after an error that hls.js gives up on
const STUCK = 8000; // milliseconds without progress after which the stage is loaded anew

/** Where a segment lies now: a signed folder changes its address while the stage plays. */
function within(playlist, url) {
  return new URL(url.slice(url.lastIndexOf("/") + 1), new URL(playlist, location.href)).href;
}

export class Player {
  /** `onPlaying(boolean)` hears whether there is a picture; `onMuted(boolean)` whether the browser allowed no sound. */
  constructor(video, { hls, worker, onPlaying, onMuted }) {
    this.video = video;
    this.sources = { hls, worker };
    this.onPlaying = onPlaying;
    this.onMuted = onMuted;
    this.playlist = "";
    this.hls = null;
    this.moved = { at: 0, when: 0 };
    video.addEventListener("playing", () => this.onPlaying(true));
    video.addEventListener("volumechange", () => this.onMuted(this.wasMuted && video.muted));
    video.addEventListener("error", () => !this.hls && this.playlist && setTimeout(() => this.load(), AGAIN));
    setInterval(() => this.watch(), 1000);
  }

  /** Play this playlist; another address of the same stage goes on without a break, "" stops. */
  async show(playlist) {
    if (playlist === this.playlist) return;
    const same = stageOf(playlist) === stageOf(this.playlist);
    this.playlist = playlist;
    if (!playlist) this.stop();
    else if (!same || (!this.hls && !this.loading)) await this.load();
  }

  async load() {
    this.loading = true;
    const { default: Hls } = await import(this.sources.hls);
    this.loading = false;
    this.unload();
    if (!this.playlist) return;
    if (Hls.isSupported()) this.attach(Hls);
    else this.video.src = this.playlist;
    this.moved.when = Date.now();
    await this.start();
  }

  attach(Hls) {
    const hls = new Hls({
      workerPath: this.sources.worker,
      liveDurationInfinity: true,
      backBufferLength: 30,
      manifestLoadPolicy: PLAYLIST,
      playlistLoadPolicy: PLAYLIST,
      fragLoadPolicy: SEGMENT,
      xhrSetup: (xhr, url) => xhr.open("GET", within(this.playlist, url), true),
    });
    let recovered = false;
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal || hls !== this.hls) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
        recovered = true;
        hls.recoverMediaError();
      } else {
        setTimeout(() => hls === this.hls && this.load(), AGAIN);
      }
    });
    hls.loadSource(this.playlist);
    hls.attachMedia(this.video);
    this.hls = hls;
  }

  /** With sound if the browser lets us, else without. */
  async start() {
    try {
      await this.video.play();
    } catch (refusal) {
      if (refusal.name !== "NotAllowedError") return;
      this.wasMuted = this.video.muted = true;
      this.onMuted(true);
      await this.video.play().catch(() => {});
    }
  }

  /** A picture that neither moves nor was stopped by its viewer is loaded anew. */
  watch() {
    const { currentTime, paused } = this.video;
    if (!this.playlist || paused || currentTime !== this.moved.at) this.moved = { at: currentTime, when: Date.now() };
    else if (Date.now() - this.moved.when > STUCK) this.load();
  }

  stop() {
    this.unload();
    this.onPlaying(false);
    this.onMuted(false);
  }

  unload() {
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }
}

/** The part of a playlist's address that stays while its signature changes. */
function stageOf(playlist) {
  return playlist.split("/").slice(-3).join("/");
}
