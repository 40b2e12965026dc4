//! Boxes and their fields (clause 4.2).

/// A box in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoxView<'a> {
    pub(crate) kind: [u8; 4],
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Bytes of length and type.
    pub(crate) head: u64,
    pub(crate) body: &'a [u8],
}

impl<'a> BoxView<'a> {
    /// The boxes inside, where the body is nothing but boxes.
    pub(crate) fn children(&self) -> Vec<BoxView<'a>> {
        self.children_after(0)
    }

    /// The boxes inside after `skip` bytes of the body. What is broken ends the list.
    pub(crate) fn children_after(&self, skip: usize) -> Vec<BoxView<'a>> {
        boxes(self.body.get(skip..).unwrap_or_default(), self.offset + self.head + skip as u64).0
    }

    /// The first box of this type inside.
    pub(crate) fn find(&self, kind: &[u8; 4]) -> Option<BoxView<'a>> {
        self.children().into_iter().find(|child| child.kind == *kind)
    }

    /// The first box along a path of types.
    pub(crate) fn descend(&self, path: &[&[u8; 4]]) -> Option<BoxView<'a>> {
        path.iter().try_fold(*self, |at, kind| at.find(kind))
    }

    /// Its fields.
    pub(crate) fn fields(&self) -> Fields<'a> {
        Fields { rest: self.body }
    }

    /// Version, flags and the fields after them, of a full box.
    pub(crate) fn full(&self) -> Option<(u8, u32, Fields<'a>)> {
        let mut fields = self.fields();
        let word = fields.u32()?;
        Some(((word >> 24) as u8, word & 0xff_ffff, fields))
    }
}

/// The boxes that fill `bytes`, which begin at byte `offset` of the file; and whether they fill them exactly.
pub(crate) fn boxes(bytes: &[u8], offset: u64) -> (Vec<BoxView<'_>>, bool) {
    let mut found = Vec::new();
    let (mut rest, mut at) = (bytes, offset);
    while let Some((kind, head, length)) = head(rest, rest.len() as u64) {
        let Some((whole, after)) = usize::try_from(length).ok().and_then(|n| rest.split_at_checked(n)) else {
            break;
        };
        found.push(BoxView { kind, offset: at, head, body: &whole[head as usize..] });
        (rest, at) = (after, at + length);
    }
    (found, rest.is_empty())
}

/// Type, length of the head and length of the box that begins with `bytes` and has `room` bytes at most; `None` where
/// there is none.
pub(crate) fn head(bytes: &[u8], room: u64) -> Option<([u8; 4], u64, u64)> {
    let mut fields = Fields { rest: bytes };
    let short = fields.u32()?;
    let kind = fields.array::<4>()?;
    let (head, length) = match short {
        0 => (8, room),
        1 => (16, fields.u64()?),
        short => (8, u64::from(short)),
    };
    (length >= head).then_some((kind, head, length))
}

/// A type for people: `moof`.
pub(crate) fn name(kind: [u8; 4]) -> String {
    kind.escape_ascii().to_string()
}

/// Fields in order, big endian; `None` where they end too soon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Fields<'a> {
        Fields { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// 32 bits in version 0 and 64 bits in later ones.
    pub(crate) fn word(&mut self, version: u8) -> Option<u64> {
        if version == 0 { self.u32().map(u64::from) } else { self.u64() }
    }

    /// 32 bits that are there only where a flag says so.
    pub(crate) fn u32_if(&mut self, flag: bool) -> Option<Option<u32>> {
        if flag { self.u32().map(Some) } else { Some(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_boxes_end_the_list() {
        for (bytes, kinds, whole) in [
            (&b"\0\0\0\x08free\0\0\0\x09skip!"[..], &["free", "skip"][..], true),
            (b"\0\0\0\x08free\0\0\0\x20skip", &["free"], false),
            (b"\0\0\0\x04free", &[], false),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x10", &["mdat"], true),
            (b"\0\0\0\0mdat12", &["mdat"], true),
            (b"\0\0", &[], false),
            (b"", &[], true),
        ] {
            let (found, fills) = boxes(bytes, 0);
            let names: Vec<_> = found.iter().map(|view| name(view.kind)).collect();
            assert_eq!(
                (names, fills),
                (kinds.iter().map(|k| (*k).to_owned()).collect(), whole),
                "{}",
                bytes.escape_ascii()
            );
        }
    }
}
