//! The schemas (JSON Schema 2020-12) of what is sent. Every field is always there; what may be unknown is `null`.

mod protection;
mod revocation;

use serde_json::{Map, Value, json};

const VIDEO_TRACKS: &str =
    "One format (codec and transfer) after the other, each by falling bitrate; all have these starts.";

/// All schemas by name.
pub(super) fn all() -> Value {
    json!({
        "Catalogue": object(&[("titles", list(reference("Title")))]),
        "Title": object(&[
            ("id", string("Its id.")),
            ("name", string("Its name.")),
            ("duration_s", number("Duration in seconds.")),
            ("poster_url", nullable(string("Where its poster is."))),
            ("published_ms", integer("When it became visible, in milliseconds since 1970 (UTC).")),
        ]),
        "PlayGrant": play_grant(),
        "Video": object(&[
            ("timescale", integer("Ticks per second of `starts`.")),
            ("starts", starts()),
            ("tracks", described(list(reference("VideoTrack")), VIDEO_TRACKS)),
        ]),
        "VideoTrack": video_track(),
        "AudioTrack": audio_track(),
        "TextTrack": object(&[
            ("id", string("Unique within the package.")),
            ("name", string("Name for the viewer.")),
            ("language", language()),
            ("forced", boolean("Shown even to viewers who asked for no subtitles.")),
            ("hearing_impaired", boolean("For the deaf and hard of hearing.")),
            ("path", string("WebVTT file, relative to `base_url`.")),
        ]),
        "Thumbnails": thumbnails(),
        "PlayRequest": protection::play_request(),
        "Protection": protection::protection(),
        "TrackClass": protection::track_class(),
        "TrackProtection": protection::track_protection(),
        "ClearKeyRequest": protection::clear_key_request(),
        "ClearKeyLicence": protection::clear_key_licence(),
        "RevocationRequest": revocation::request(),
        "Revocation": revocation::revocation(),
        "Revocations": revocation::revocations(),
        "Span": described(
            json!({ "type": "array", "prefixItems": [integer("First byte."), integer("Number of bytes.")], "minItems": 2, "maxItems": 2 }),
            "A run of bytes of a file.",
        ),
        "Health": object(&[("status", json!({ "const": "ok" }))]),
        "Refusal": object(&[(
            "error",
            object(&[("code", string("For programs; never changes.")), ("message", string("For people."))]),
        )]),
    })
}

/// The schema called `name`.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn play_grant() -> Value {
    let title = object(&[
        ("id", string("Its id.")),
        ("name", string("Its name.")),
        ("duration_s", number("Duration in seconds.")),
        ("poster_url", nullable(string("Where its poster is."))),
    ]);
    object(&[
        ("title", title),
        (
            "hls_url",
            string(
                "HLS multivariant playlist, for other players; of a protected title it has what this device gets keys of. It names all edges.",
            ),
        ),
        ("dash_url", string("DASH manifest, likewise.")),
        (
            "base_url",
            string(
                "The package's folder at the edge to ask first; ends in a slash. Every `path` is relative to it.",
            ),
        ),
        (
            "alternate_base_urls",
            described(
                list(string("Ends in a slash.")),
                "The same folder at other edges, in the order in which to ask them where the first fails.",
            ),
        ),
        ("video", reference("Video")),
        (
            "audio",
            described(list(reference("AudioTrack")), "The default one first; empty for a silent title."),
        ),
        ("text", list(reference("TextTrack"))),
        ("thumbnails", nullable(reference("Thumbnails"))),
        ("protection", nullable(reference("Protection"))),
    ])
}

fn video_track() -> Value {
    object(&[
        ("id", string("Unique within the package.")),
        ("rung", string("The rung's name, such as `1080p`.")),
        ("width", integer("Pixels in a row.")),
        ("height", integer("Rows.")),
        ("frame_rate", number("Frames per second.")),
        ("codec", one_of(&["h264", "hevc", "vp9", "av1"], "How the picture is coded.")),
        ("transfer", one_of(&["sdr", "pq", "hlg"], "Dynamic range: standard, or high by PQ or HLG.")),
        ("codecs", string("RFC 6381 codecs parameter.")),
        ("mime", string("Media type.")),
        ("bitrate_bps_peak", integer("Highest bitrate of any segment, in bits per second.")),
        ("bitrate_bps_average", integer("Mean bitrate in bits per second.")),
        ("vmaf", number("VMAF of the whole rendition, 0 to 100.")),
        ("path", string("The track's file, relative to `base_url`.")),
        ("header", described(reference("Span"), "CMAF header (`ftyp` and `moov`).")),
        ("offsets", offsets()),
        ("protection", nullable(reference("TrackProtection"))),
    ])
}

fn audio_track() -> Value {
    object(&[
        ("id", string("Unique within the package.")),
        ("name", string("Name for the viewer.")),
        ("language", language()),
        ("codec", one_of(&["aac", "eac3", "opus"], "How the sound is coded.")),
        ("channels", integer("Number of channels; of sound with objects those of its bed.")),
        ("joc_objects", nullable(integer("Objects beside the channels (E-AC-3 JOC), where there are any."))),
        ("timescale", integer("Ticks per second of `starts`.")),
        ("starts", starts()),
        ("codecs", string("RFC 6381 codecs parameter.")),
        ("mime", string("Media type.")),
        ("bitrate_bps_peak", integer("Highest bitrate of any segment, in bits per second.")),
        ("path", string("The track's file, relative to `base_url`.")),
        ("header", described(reference("Span"), "CMAF header (`ftyp` and `moov`).")),
        ("offsets", offsets()),
        ("protection", nullable(reference("TrackProtection"))),
    ])
}

fn thumbnails() -> Value {
    let tile = object(&[("width", integer("Pixels in a row.")), ("height", integer("Rows."))]);
    object(&[
        (
            "sheets",
            described(list(string("A picture, relative to `base_url`.")), "In order; filled row by row."),
        ),
        ("tile", described(tile, "Size of one tile.")),
        ("columns", integer("Tiles in a row of a sheet.")),
        ("rows", integer("Rows of a sheet.")),
        ("tiles", integer("Tiles over all sheets; the last sheet may be partly empty.")),
        ("interval_s", number("Seconds from one tile to the next.")),
    ])
}

fn starts() -> Value {
    described(list(json!({ "type": "integer" })), "Start of each segment in ticks, then the end of the last.")
}

fn offsets() -> Value {
    described(list(json!({ "type": "integer" })), "Byte offset of each segment, then the end of the last.")
}

fn language() -> Value {
    string("BCP 47 (RFC 5646); `und` where it is not known.")
}

fn object(fields: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn nullable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn string(description: &str) -> Value {
    described(json!({ "type": "string" }), description)
}

fn one_of(names: &[&str], description: &str) -> Value {
    described(json!({ "type": "string", "enum": names }), description)
}

fn integer(description: &str) -> Value {
    described(json!({ "type": "integer" }), description)
}

fn number(description: &str) -> Value {
    described(json!({ "type": "number" }), description)
}

fn boolean(description: &str) -> Value {
    described(json!({ "type": "boolean" }), description)
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}
