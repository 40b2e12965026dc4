/** What a grant says of formats and sounds, read without the player's own code. */

/** `h264`, `av1-pq`. */
export const formatOf = ({ codec, transfer }) => (transfer === "sdr" ? codec : `${codec}-${transfer}`);

/** Names of the grant's formats. */
export const formatsOf = (grant) => [...new Set(grant.video.tracks.map(formatOf))];

/** Rungs of one format by rising bitrate, so that an index is a level. */
export const rungsOf = (grant, format) =>
  grant.video.tracks
    .filter((track) => formatOf(track) === format)
    .sort((a, b) => a.bitrate_bps_average - b.bitrate_bps_average);

/** Formats in standard dynamic range that the page's browser supports. */
export async function decodableFormats(page, grant) {
  const supported = await page.evaluate(
    (mimes) => mimes.filter((mime) => MediaSource.isTypeSupported(mime)),
    grant.video.tracks.map(mimeOf),
  );
  const tracks = grant.video.tracks.filter((track) => supported.includes(mimeOf(track)));
  return [...new Set(tracks.filter(({ transfer }) => transfer === "sdr").map(formatOf))];
}

const mimeOf = ({ mime, codecs }) => `${mime}; codecs="${codecs}"`;
