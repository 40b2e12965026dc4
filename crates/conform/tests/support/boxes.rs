//! Track files made box by box from ISO/IEC 14496-12 and 23001-7, so that nothing of what is judged has written them.

/// Ticks per second.
pub(crate) const TIMESCALE: u32 = 1000;

/// Key ID of protected tracks.
pub(crate) const KEY_ID: [u8; 16] = *b"0123456789abcdef";

/// Presented pictures are BT.709.
pub(crate) const BT709: u16 = 1;

/// A track file and where its parts are.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) bytes: Vec<u8>,
    /// First byte and length.
    pub(crate) header: (usize, usize),
    pub(crate) sidx: (usize, usize),
    pub(crate) segments: Vec<(usize, usize)>,
}

/// What a track is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// H.264 of this size.
    Video(u16, u16),
    /// AAC.
    Audio,
    /// H.264 of 64x36, protected by cbcs.
    Secret,
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
}

fn full(kind: &[u8; 4], version: u8, flags: u32, body: &[u8]) -> Vec<u8> {
    let word = (u32::from(version) << 24 | flags).to_be_bytes();
    boxed(kind, &[&word[..], body].concat())
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn avc(width: u16, height: u16, sinf: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 78];
    body[7] = 1; // data_reference_index
    body[24..26].copy_from_slice(&width.to_be_bytes());
    body[26..28].copy_from_slice(&height.to_be_bytes());
    let config = boxed(b"avcC", &[1, 0x64, 0, 0x0a, 0xff, 0xe0, 0]);
    let colour =
        [&b"nclx"[..], &BT709.to_be_bytes(), &BT709.to_be_bytes(), &BT709.to_be_bytes(), &[0]].concat();
    let body = [body, config, boxed(b"colr", &colour), sinf.to_vec()].concat();
    boxed(if sinf.is_empty() { b"avc1" } else { b"encv" }, &body)
}

fn aac() -> Vec<u8> {
    let mut body = vec![0; 28];
    body[7] = 1; // data_reference_index
    body[17] = 2; // channelcount
    body[19] = 16; // samplesize
    body[24..28].copy_from_slice(&(48_000u32 << 16).to_be_bytes());
    let decoder = [&[4, 17, 0x40, 0x15][..], &[0; 11], &[5, 2, 0x11, 0x90]].concat();
    let descriptor = [&[3, 25, 0, 1, 0][..], &decoder, &[6, 1, 2]].concat();
    boxed(b"mp4a", &[body, full(b"esds", 0, 0, &descriptor)].concat())
}

/// cbcs with a constant vector and the pattern 1:9.
fn sinf() -> Vec<u8> {
    let tenc = [&[0, 0x19, 1, 0][..], &KEY_ID, &[16], &[7; 16]].concat();
    let schm = [&b"cbcs"[..], &words(&[0x1_0000])].concat();
    let parts =
        [boxed(b"frma", b"avc1"), full(b"schm", 0, 0, &schm), boxed(b"schi", &full(b"tenc", 1, 0, &tenc))];
    boxed(b"sinf", &parts.concat())
}

/// Version 1, of the W3C's common system.
pub(crate) fn pssh() -> Vec<u8> {
    let system = b"\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\x52\xe2\xfb\x4b";
    full(b"pssh", 1, 0, &[&system[..], &words(&[1]), &KEY_ID, &words(&[0])].concat())
}

fn header(kind: Kind) -> Vec<u8> {
    let (handler, entry) = match kind {
        Kind::Video(width, height) => (b"vide", avc(width, height, &[])),
        Kind::Audio => (b"soun", aac()),
        Kind::Secret => (b"vide", avc(64, 36, &sinf())),
    };
    let table = boxed(
        b"stbl",
        &[
            full(b"stsd", 0, 0, &[words(&[1]), entry].concat()),
            full(b"stts", 0, 0, &words(&[0])),
            full(b"stsc", 0, 0, &words(&[0])),
            full(b"stsz", 0, 0, &words(&[0, 0])),
            full(b"stco", 0, 0, &words(&[0])),
        ]
        .concat(),
    );
    let media = boxed(
        b"mdia",
        &[
            full(b"mdhd", 0, 0, &[words(&[0, 0, TIMESCALE, 0]), vec![0x55, 0xc4, 0, 0]].concat()),
            full(b"hdlr", 0, 0, &[&words(&[0])[..], handler, &[0; 13]].concat()),
            boxed(b"minf", &table),
        ]
        .concat(),
    );
    let edit = boxed(b"edts", &full(b"elst", 0, 0, &words(&[1, 0, 0, 0x1_0000])));
    let track = boxed(
        b"trak",
        &[full(b"tkhd", 0, 7, &[words(&[0, 0, 1, 0, 0]), vec![0; 60]].concat()), edit, media].concat(),
    );
    let extends = boxed(b"mvex", &full(b"trex", 0, 0, &words(&[1, 1, 0, 0, 0])));
    let movie = full(b"mvhd", 0, 0, &[words(&[0, 0, TIMESCALE, 0]), vec![0; 80]].concat());
    let system = if kind == Kind::Secret { pssh() } else { Vec::new() };
    [boxed(b"ftyp", b"cmfc\0\0\0\0cmfciso6"), boxed(b"moov", &[movie, track, extends, system].concat())]
        .concat()
}

/// A fragment of two samples of one second, the first a keyframe.
fn fragment(kind: Kind, number: u32, sizes: [u32; 2]) -> Vec<u8> {
    const CLEAR: u16 = 16;
    let entries: Vec<u8> = sizes
        .iter()
        .flat_map(|size| {
            [&[0, 1][..], &CLEAR.to_be_bytes(), &(size - u32::from(CLEAR)).to_be_bytes()].concat()
        })
        .collect();
    let build = |data_offset: u32, senc_offset: u32| {
        let samples = words(&[1000, sizes[0], 0x0200_0000, 1000, sizes[1], 0x0101_0000]);
        let run = full(b"trun", 0, 0x701, &[words(&[2, data_offset]), samples].concat());
        let base = [full(b"tfhd", 0, 0x2_0000, &words(&[1])), full(b"tfdt", 0, 0, &words(&[number * 2000]))]
            .concat();
        let encryption = [
            full(b"saiz", 0, 0, &[&[8][..], &words(&[2])].concat()),
            full(b"saio", 0, 0, &words(&[1, senc_offset])),
            full(b"senc", 0, 2, &[words(&[2]), entries.clone()].concat()),
        ]
        .concat();
        let encryption = if kind == Kind::Secret { encryption } else { Vec::new() };
        let traf = boxed(b"traf", &[base, encryption, run].concat());
        boxed(b"moof", &[full(b"mfhd", 0, 0, &words(&[number + 1])), traf].concat())
    };
    let draft = build(0, 0);
    let senc = draft.windows(4).position(|window| window == b"senc").map_or(0, |at| at + 12);
    let moof = build(draft.len() as u32 + 8, senc as u32);
    [moof, boxed(b"mdat", &vec![0x5a; (sizes[0] + sizes[1]) as usize])].concat()
}

/// A track of four seconds in two segments.
pub(crate) fn track(kind: Kind, sizes: [u32; 2]) -> Track {
    let header = header(kind);
    let fragments = [fragment(kind, 0, sizes), fragment(kind, 1, sizes)];
    let references =
        fragments.iter().flat_map(|f| words(&[f.len() as u32, 2000, 0x9000_0000])).collect::<Vec<_>>();
    let index = full(b"sidx", 0, 0, &[words(&[1, TIMESCALE, 0, 0, 2]), references].concat());
    let first = header.len() + index.len();
    Track {
        header: (0, header.len()),
        sidx: (header.len(), index.len()),
        segments: vec![(first, fragments[0].len()), (first + fragments[0].len(), fragments[1].len())],
        bytes: [header, index, fragments.concat()].concat(),
    }
}
