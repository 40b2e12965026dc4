/**
 * The three outside players, each as one script file and the few lines that make it play an address.
 *
 * `start` runs in the page, so it knows nothing of this file: it gets the video, the address, the function that it tells
 * what the player calls an error and whether it ends playback, and of a protected title the licence: its `url`, the
 * `headers` that it wants, and a `request` for all keys. With `bufferS` it buffers so many seconds, else what the player
 * does by itself. How each is told of Clear Key is repeated in docs/reference/players.md.
 */

/** HLS has no Clear Key in shaka-player: what is signalled for Widevine is put under it, with its initialisation data. */
async function startShaka(video, url, tell, licence, bufferS) {
  /** A `pssh` box, version 1, of the common system (W3C, "cenc" Initialization Data Format). */
  const commonPssh = (keyIds) => {
    const hex = `1077efecc0b24d02ace33c1e52e2fb4b${keyIds.length.toString(16).padStart(8, "0")}${keyIds.join("")}00000000`;
    const size = (12 + hex.length / 2).toString(16).padStart(8, "0");
    return Uint8Array.from(`${size}7073736801000000${hex}`.match(/../g), (digits) => parseInt(digits, 16));
  };
  const player = new globalThis.shaka.Player();
  await player.attach(video);
  player.addEventListener("error", ({ detail }) =>
    tell(`error ${detail.code}: ${JSON.stringify(detail.data)}`, detail.severity === 2),
  );
  if (bufferS) player.configure({ streaming: { bufferingGoal: bufferS } });
  if (licence) {
    const isHls = url.includes(".m3u8");
    player.configure({
      drm: {
        servers: { [isHls ? "com.widevine.alpha" : "org.w3.clearkey"]: licence.url },
        ...(isHls && {
          keySystemsMapping: { "com.widevine.alpha": "org.w3.clearkey" },
          initDataTransform: (data, type, { keyIds }) => (type === "cenc" ? commonPssh([...keyIds]) : data),
        }),
      },
    });
    player.getNetworkingEngine().registerRequestFilter((type, request) => {
      if (type === globalThis.shaka.net.NetworkingEngine.RequestType.LICENSE)
        Object.assign(request.headers, licence.headers);
    });
  }
  await player.load(url);
}

function startHlsJs(video, url, tell, licence, bufferS) {
  const player = new globalThis.Hls({
    enableWorker: false,
    ...(bufferS && { maxBufferLength: bufferS, maxMaxBufferLength: bufferS }),
    ...(licence && {
      emeEnabled: true,
      drmSystems: {
        "org.w3.clearkey": {
          licenseUrl: licence.url,
          generateRequest: () => ({ initDataType: "keyids", initData: new TextEncoder().encode(licence.request).buffer }),
        },
      },
      licenseXhrSetup: (request, address) => {
        request.open("POST", address, true);
        for (const [name, value] of Object.entries(licence.headers)) request.setRequestHeader(name, value);
      },
    }),
  });
  player.on(globalThis.Hls.Events.ERROR, (_, { type, details, error, fatal }) =>
    tell(`${type} ${details}: ${error?.message ?? ""}`, fatal),
  );
  player.loadSource(url);
  player.attachMedia(video);
}

/** dash.js gives a `pssh` to the key system as something else: here the application asks for the keys itself. */
async function startDashJs(video, url, tell, licence, bufferS) {
  const player = globalThis.dashjs.MediaPlayer().create();
  player.updateSettings({ debug: { logLevel: globalThis.dashjs.Debug.LOG_LEVEL_NONE } });
  if (bufferS) {
    const buffer = { bufferTimeDefault: bufferS, bufferTimeAtTopQuality: bufferS, bufferTimeAtTopQualityLongForm: bufferS };
    player.updateSettings({ streaming: { buffer } });
  }
  const { MediaPlayer } = globalThis.dashjs;
  // It does not say what ends playback: a part that was not had is asked for elsewhere, if there is an elsewhere.
  const { DOWNLOAD_ERROR_ID_CONTENT_CODE: part, DOWNLOAD_ERROR_ID_INITIALIZATION_CODE: header } = MediaPlayer.errors;
  player.on(MediaPlayer.events.ERROR, ({ error }) =>
    tell(`${error.code}: ${error.message}`, ![part, header].includes(error.code)),
  );
  if (licence) {
    const asked = { method: "POST", headers: licence.headers, body: licence.request };
    const { keys } = await (await fetch(licence.url, asked)).json();
    const clearkeys = Object.fromEntries(keys.map(({ kid, k }) => [kid, k]));
    player.setProtectionData({ "org.w3.clearkey": { clearkeys } });
  }
  player.initialize(video, url, false);
}

export const PLAYERS = [
  {
    name: "shaka-player",
    script: "shaka-player/dist/shaka-player.compiled.js",
    plays: ["hls", "dash"],
    start: startShaka,
  },
  { name: "hls.js", script: "hls.js/dist/hls.min.js", plays: ["hls"], start: startHlsJs },
  {
    name: "dash.js",
    script: "dashjs/dist/modern/umd/dash.all.min.js",
    plays: ["dash"],
    start: startDashJs,
    // What a film begins with, it asks the first address for and no other, without end (docs/reference/players.md).
    needsFirstAddress: true,
  },
];
