//! Rules of media files: boxes (ISO/IEC 14496-12), CMAF (ISO/IEC 23000-19) and Common Encryption (ISO/IEC 23001-7).

rules! {
    BOX = Error "cmaf-box", "14496-12 4.2", "boxes fill their file and their container, and their fields fill them", "write the file again; it may have been cut short";
    LIMIT = Warning "cmaf-limit", "-", "boxes keep to the limits of this check", "see whether the file is what it should be";
    FTYP = Error "cmaf-ftyp", "14496-12 4.3", "a header begins with `ftyp`", "begin the header with `ftyp`";
    BRAND = Warning "cmaf-brand", "23000-19 7.2", "the header has the brand `cmfc` or `cmf2`", "add the brand where the track keeps to CMAF";
    STYP = Warning "cmaf-styp", "14496-12 8.16.2", "a `styp` is the first box of its segment", "write `styp` first or not at all";
    MOOV = Error "cmaf-moov", "23000-19 7.3.2.1", "a header has one `moov`, which says that fragments follow (`mvex`)", "write a fragmented file";
    ONE_TRACK = Error "cmaf-one-track", "23000-19 7.3.2.1; 14496-12 8.8.3", "a header has one track, with one `trex` of the same track_ID", "write each track to a file of its own";
    MUXED = Warning "cmaf-muxed", "23000-19 7.3.2.1", "sound and picture are in files of their own; of others the first track alone is looked into", "write each track to a file of its own";
    SAMPLES = Error "cmaf-moov-samples", "23000-19 7.5; 14496-12 8.6.1, 8.7", "the sample tables of a header are empty", "leave all samples to the fragments";
    DURATION = Warning "cmaf-duration", "23000-19 7.5", "`mvhd`, `tkhd` and `mdhd` leave their durations 0", "write 0; `mehd` may tell the duration";
    TIMESCALE = Error "cmaf-timescale", "14496-12 8.4.2", "the timescale is above 0", "write the ticks per second to `mdhd`";
    ENTRY = Error "cmaf-entry", "14496-12 8.5.2; 14496-15", "`stsd` has an entry, with its codec's configuration", "write the entry with its configuration box";
    ENTRIES = Warning "cmaf-entries", "23000-19 7.5", "the entries of a track differ in their protection alone", "put other codings into tracks of their own";
    ENTRY_HANDLER = Error "cmaf-entry-handler", "14496-12 8.4.3", "the entry is of the handler's kind of media", "make `hdlr` and `stsd` agree";
    TEXT_HANDLER = Warning "cmaf-text-handler", "14496-12 12.6; 14496-30 4, 5", "WebVTT is in a track of `text`, TTML in one of `subt`", "write the handler that belongs to the entry";
    EDIT_LIST = Error "cmaf-edit-list", "23000-19 7.5; 14496-12 8.6.6", "an edit list has one edit, at normal rate, and no empty one", "keep one edit that sets off composition or delay";
    FRAGMENT = Error "cmaf-fragment", "23000-19 7.3.2; 14496-12 8.8.4", "each `moof` has one `traf` and is followed by its `mdat`", "write `moof` and `mdat` in turn";
    SEQUENCE = Warning "cmaf-sequence", "14496-12 8.8.5", "sequence numbers rise", "number the fragments in order";
    TRACK_ID = Error "cmaf-track-id", "14496-12 8.8.7", "fragments have the track_ID of their header", "package header and fragments together";
    BASE = Error "cmaf-base", "23000-19 7.5; 14496-12 8.8.7", "offsets are relative to the `moof`", "set default-base-is-moof and leave base-data-offset out";
    TFDT = Error "cmaf-tfdt", "23000-19 7.5; 14496-12 8.8.12", "each fragment has a `tfdt`", "write `tfdt`";
    CONTINUITY = Error "cmaf-continuity", "23000-19 7.3.2.2; 14496-12 8.8.12", "each fragment begins where the one before ends", "write `tfdt` as the sum of all durations before";
    TRUN = Error "cmaf-trun", "14496-12 8.8.8", "a fragment has samples, each with a duration", "write `trun` with the samples of the `mdat`";
    MDAT = Error "cmaf-mdat", "14496-12 8.8.8, 8.1.1", "the sample sizes add up to the `mdat`, and the data offset is its first byte", "write sizes and offset from the same samples";
    SYNC = Error "cmaf-sync", "23000-19 7.3.2.4", "a fragment of video begins with a sample that decodes by itself", "begin fragments at keyframes";
    INDEX = Error "cmaf-index", "14496-12 8.16.3", "`sidx` has the track's ID and timescale and begins with its first sample", "write `sidx` after the fragments are known";
    INDEX_BYTES = Error "cmaf-index-bytes", "14496-12 8.16.3", "each reference of `sidx` covers whole fragments, and all of them together all fragments", "write the real lengths";
    INDEX_DURATION = Error "cmaf-index-duration", "14496-12 8.16.3", "each reference of `sidx` has the duration of its fragments, an edit at either end aside", "write the real durations";
    INDEX_SAP = Error "cmaf-index-sap", "14496-12 8.16.3", "references that claim a stream access point begin with one", "write starts_with_SAP as it is";
    SWITCHING = Error "cmaf-switching", "23000-19 7.3.4", "tracks that a player switches between have the same handler, sample entry type, timescale and protection scheme", "put tracks that differ into sets of their own";
    ALIGNED = Error "cmaf-aligned", "23000-19 7.3.4", "tracks that a player switches between have fragments of the same times", "cut all renditions at the same frames";
    SCHEME = Error "cenc-scheme", "14496-12 8.12; 23001-7 4.2", "a protected entry has `frma`, `schm` of version 1.0 and `tenc`", "write `sinf` whole";
    DEFAULTS = Error "cenc-defaults", "23001-7 8.2, 10", "`tenc` fits the scheme: vectors of 8 or 16 bytes for cenc, a constant one and for video a pattern for cbcs", "write `tenc` as the scheme's clause has it";
    PATTERN = Warning "cenc-pattern", "23001-7 10.4; 23000-19 8", "cbcs encrypts 1 block in 10 of video and all whole blocks of sound", "use the pattern 1:9 for video and 0:0 or 1:0 for sound";
    SENC = Error "cenc-senc", "23001-7 7.2", "`senc` has an entry for each sample, and the parts of a sample add up to it", "write `senc` from the same samples";
    AUXILIARY = Error "cenc-auxiliary", "14496-12 8.7.8, 8.7.9; 23001-7 7.1", "`saiz` and `saio` describe the entries of `senc`", "write sizes and offset of `senc`'s entries";
    UNPROTECTED = Error "cenc-unprotected", "23001-7 7.1", "encrypted samples have their vectors, and clear tracks none", "write `senc`, or leave it out of a clear track";
    PSSH = Error "cenc-pssh", "23001-7 8.1", "`pssh` is whole, and in version 1 names the track's keys", "write `pssh` with all key IDs or none";
}
