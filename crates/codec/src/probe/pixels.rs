//! Pixel formats: how many bits a sample has, from ffmpeg's name for the format.

/// Bits of a sample, 8 to 16. Formats of more than 8 bits end in their byte order and, before it, in their depth or in
/// the bits of a whole pixel; floating point counts as 16.
pub(super) fn bit_depth(format: &str) -> u8 {
    let Some(name) = format.strip_suffix("le").or_else(|| format.strip_suffix("be")) else { return 8 };
    let digits = &name[name.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
    let is_packed = matches!(digits, "555" | "565" | "444"); // bits of red, green and blue
    match digits.get(digits.len().saturating_sub(2)..).unwrap_or_default() {
        _ if is_packed => 8,
        "20" | "30" | "10" => 10,
        "36" | "12" => 12,
        "9" => 9,
        "14" => 14,
        "16" | "32" | "48" | "64" => 16,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths() {
        for (format, expected) in [
            ("yuv420p", 8),
            ("nv12", 8),
            ("yuvj422p", 8),
            ("rgb24", 8),
            ("rgb565le", 8),
            ("", 8),
            ("yuv420p9be", 9),
            ("yuv420p10le", 10),
            ("p010le", 10),
            ("p210le", 10),
            ("nv20le", 10),
            ("x2rgb10le", 10),
            ("yuv422p12le", 12),
            ("gbrp14be", 14),
            ("p416le", 16),
            ("gray16be", 16),
            ("rgb48le", 16),
            ("rgba64be", 16),
            ("gbrpf32le", 16),
        ] {
            assert_eq!(bit_depth(format), expected, "{format}");
        }
    }
}
