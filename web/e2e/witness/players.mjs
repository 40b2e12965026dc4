/**
 * The three outside players, each as one script file and the few lines that make it play an address.
 *
 * `start` runs in the page: it gets the video and the address, and pushes what the player calls an error.
 */

export const PLAYERS = [
  {
    name: "shaka-player",
    script: "shaka-player/dist/shaka-player.compiled.js",
    plays: ["hls", "dash"],
    start: async (video, url, errors) => {
      const player = new globalThis.shaka.Player();
      await player.attach(video);
      player.addEventListener("error", ({ detail }) =>
        errors.push(`error ${detail.code}: ${JSON.stringify(detail.data)}`),
      );
      await player.load(url);
    },
  },
  {
    name: "hls.js",
    script: "hls.js/dist/hls.min.js",
    plays: ["hls"],
    start: (video, url, errors) => {
      const player = new globalThis.Hls({ enableWorker: false });
      player.on(globalThis.Hls.Events.ERROR, (_, { type, details, error }) =>
        errors.push(`${type} ${details}: ${error?.message ?? ""}`),
      );
      player.loadSource(url);
      player.attachMedia(video);
    },
  },
  {
    name: "dash.js",
    script: "dashjs/dist/modern/umd/dash.all.min.js",
    plays: ["dash"],
    start: (video, url, errors) => {
      const player = globalThis.dashjs.MediaPlayer().create();
      player.updateSettings({ debug: { logLevel: globalThis.dashjs.Debug.LOG_LEVEL_NONE } });
      player.on(globalThis.dashjs.MediaPlayer.events.ERROR, ({ error }) =>
        errors.push(`${error.code}: ${error.message}`),
      );
      player.initialize(video, url, false);
    },
  },
];
