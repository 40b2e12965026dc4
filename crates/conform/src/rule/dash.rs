//! Rules of DASH manifests (ISO/IEC 23009-1).

rules! {
    XML = Error "dash-xml", "23009-1 5.2.1", "a manifest is well-formed XML with the root `MPD`", "put the XML right";
    NAMESPACE = Error "dash-namespace", "23009-1 5.2.1, annex B", "the elements are in the namespace `urn:mpeg:dash:schema:mpd:2011`", "declare it with `xmlns`, in these very letters";
    NAMESPACE_CASE = Warning "dash-namespace-case", "23009-1 annex B; Namespaces in XML 1.0, 2.3", "the namespace is written in lower case: names are compared letter by letter", "write `urn:mpeg:dash:schema:mpd:2011`";
    ATTRIBUTE_MISSING = Error "dash-attribute-missing", "23009-1 5.3", "attributes that an element needs are there", "add the attribute";
    ATTRIBUTE_VALUE = Error "dash-attribute-value", "23009-1 5.3, annex B", "an attribute's value has the type of the schema", "write the value as that type";
    TYPE = Error "dash-type", "23009-1 5.3.1.2", "a static manifest says how long it is, a dynamic one when it became available and when it was published", "add mediaPresentationDuration, or availabilityStartTime and publishTime";
    EMPTY = Error "dash-empty", "23009-1 5.3.2, 5.3.3", "a manifest has a period, a period of a static one an adaptation set, and a set a representation", "add what is missing";
    PERIOD_TIME = Error "dash-period-time", "23009-1 5.3.2.1", "periods follow each other and end within the presentation", "write start and duration of the periods from the media";
    ID = Error "dash-id", "23009-1 5.3.2.2, 5.3.3.2, 5.3.5.2", "IDs differ: of periods, of a period's sets and of its representations", "give each its own ID";
    MIME = Error "dash-mime", "23009-1 5.3.7.2", "a representation or its set has a mimeType, the same in the whole set, and contentType goes with it", "add mimeType, or split the set";
    CODECS_MISSING = Warning "dash-codecs-missing", "23009-1 5.3.7.2", "a representation in MP4 or its set has codecs", "add codecs";
    CODECS = Error "dash-codecs", "23009-1 5.3.7.2", "codecs is what the header's sample entry asks for", "copy the codecs from the header";
    SET = Error "dash-set", "23009-1 5.3.3", "what a set says is true of each of its representations: codec family, maxWidth, maxHeight, maxBandwidth", "split the set, or put its attributes right";
    LANGUAGE = Warning "dash-language", "23009-1 5.3.3.2; BCP 47", "lang is a language tag", "write a tag such as `en` or `de-CH`";
    ROLE = Warning "dash-role", "23009-1 5.8.5.5", "a role of `urn:mpeg:dash:role:2011` is one that the scheme knows", "use a value of the scheme";
    REFERENCE = Error "dash-reference", "23009-1 5.8.5.15; DASH-IF IOP", "trick modes and switching name sets that are there", "write the ID of the set";
    STEERING = Error "dash-steering", "23009-1 5.3.1.2; ETSI TS 103 998", "content steering has a server and begins at a service location that some BaseURL has", "name a serviceLocation of a BaseURL";
    ADDRESSING = Error "dash-addressing", "23009-1 5.3.9.1", "a representation has one way to its segments: SegmentBase with BaseURL, SegmentList or SegmentTemplate", "leave one of them";
    TEMPLATE = Error "dash-template", "23009-1 5.3.9.4, 5.3.9.5.3", "a template has media with $Number$ or $Time$ and known identifiers, and a duration or a SegmentTimeline", "put the template right";
    TIMELINE = Error "dash-timeline", "23009-1 5.3.9.6", "segments of a SegmentTimeline follow each other without overlap, and repetitions end", "write t, d and r from the media";
    TIMELINE_GAP = Warning "dash-timeline-gap", "23009-1 5.3.9.6", "a SegmentTimeline has no gap, at which players stall", "fill the gap, or begin a new period";
    DURATION = Error "dash-duration", "23009-1 5.3.2.1, 7.2.1", "segments cover their period", "write the durations from the media";
    PROFILE = Error "dash-profile", "23009-1 8", "what a profile forbids is not there: templates and lists in isoff-on-demand, SegmentBase in isoff-live", "name the profile that fits, such as full";
    LOCAL = Error "dash-local", "23009-1 5.6", "a manifest names nothing on the player's own machine", "use references relative to the manifest, or http and https";
    THUMBNAILS = Error "dash-thumbnails", "DASH-IF IOP 5 part 6", "tiled thumbnails are images with width, height and `columns x rows`", "put the set's attributes and its property right";
    RESOURCE = Error "dash-resource", "23009-1 5.3.9", "what a manifest names can be fetched, ranges included", "publish the file, or put the URL right";
    NOT_CHECKED = Note "dash-not-checked", "23009-1 5.3.9", "segments of dynamic manifests, and those that are not MP4, are not looked into", "check them with another tool";
    INDEX_RANGE = Error "dash-index-range", "23009-1 5.3.9.2", "indexRange is where the `sidx` is", "copy first and last byte of the `sidx`";
    INIT_RANGE = Error "dash-init-range", "23009-1 5.3.9.2, 6.3.3", "the initialization has `ftyp` and `moov` whole", "copy first and last byte of the header";
    SEGMENT_WHOLE = Error "dash-segment-whole", "23009-1 6.3.4", "a segment's bytes are whole fragments", "let byte ranges begin and end with a box";
    SEGMENT_TIME = Error "dash-segment-time", "23009-1 7.2.1", "a segment begins when the manifest says, within half a segment where it says only the duration", "write times from the media, and presentationTimeOffset";
    SEGMENT_DURATION = Warning "dash-segment-duration", "23009-1 5.3.9.6", "a segment of a SegmentTimeline is as long as it says", "write d from the media";
    SAP = Error "dash-sap", "23009-1 5.3.3.2, 5.3.7.2", "where startWithSAP or subsegmentStartsWithSAP is 1 or 2, segments begin with a keyframe", "cut at keyframes, or leave the attribute out";
    BANDWIDTH = Error "dash-bandwidth", "23009-1 5.3.5.2, 5.3.5.4", "at its bandwidth, and with minBufferTime of it received first, a representation never runs dry", "measure the segments and raise bandwidth or minBufferTime";
    PICTURE = Error "dash-picture", "23009-1 5.3.7.2", "width and height are those of the header", "copy the size from the header";
    FRAME_RATE = Warning "dash-frame-rate", "23009-1 5.3.7.2", "frameRate is the media's", "write the real rate";
    SAMPLING_RATE = Warning "dash-sampling-rate", "23009-1 5.3.7.2", "audioSamplingRate is the header's", "copy the rate from the header";
    TRANSFER = Error "dash-transfer", "23009-1 5.8.5; 23091-2 8.2", "a property of transfer characteristics is the header's `colr`", "make the property and `colr` agree";
    PROTECTION = Error "dash-protection", "23009-1 5.8.4.1; 23001-7 11.1", "encrypted sets have a ContentProtection of `urn:mpeg:dash:mp4protection:2011` with the scheme as value, clear ones have none", "add the element, with the value of `schm`";
    KEY_ID = Error "dash-key-id", "23001-7 11.2", "cenc:default_KID is the header's", "copy the key ID from the header's `tenc`";
    PSSH = Error "dash-pssh", "23001-7 8.1, 11.2", "cenc:pssh is a whole `pssh` box in base64, of the element's own system", "write the box of that system";
}
