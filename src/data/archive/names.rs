//! The name of an entry as text.

/// The upper half of code page 437, which names are in that are not UTF-8 (APPNOTE, appendix D).
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The longest path that is shown of an entry that is refused, in characters.
const SHOWN: usize = 120;

/// A path as it was meant. Many programs write UTF-8 without saying so; what is none, is in the code page
/// that the format began with.
pub(super) fn path_of(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(path) => path.to_owned(),
        Err(_) => raw.iter().map(|&byte| character(byte)).collect(),
    }
}

fn character(byte: u8) -> char {
    if byte.is_ascii() {
        return char::from(byte);
    }
    UPPER.chars().nth(usize::from(byte - 128)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A name without spaces around it, and without characters that steer a terminal or turn the direction
/// of what stands beside it.
pub fn plain(name: &str) -> String {
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let kept: String = name.trim().chars().filter(|c| !turns(*c)).map(visible).collect();
    kept.trim().to_owned()
}

/// Whether a character is there to turn the direction of text (Bidi_Control, Unicode Standard Annex 9).
fn turns(c: char) -> bool {
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}'];
    marks.contains(&c) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A path that is refused, short and without what could steer a terminal.
pub(super) fn shown(path: &str) -> String {
    let plain = plain(path);
    let mut shown: String = plain.chars().take(SHOWN).collect();
    if shown.len() < plain.len() {
        shown.push('…');
    }
    if shown.is_empty() {
        shown.push_str("an entry without a name");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_page_has_128_upper_characters() {
        assert_eq!(UPPER.chars().count(), 128);
        // Places that tables of the code page give: 0x81, 0x9C, 0xE1, 0xFF.
        let characters = [0x81, 0x9c, 0xe1, 0xff].map(character);
        assert_eq!(characters, ['ü', '£', 'ß', '\u{a0}']);
    }

    #[test]
    fn a_name_is_utf_8_where_it_can_be() {
        assert_eq!(path_of("Äpfel/1.png".as_bytes()), "Äpfel/1.png");
        assert_eq!(path_of(b"\x8epfel/1.png"), "Äpfel/1.png");
    }

    #[test]
    fn what_is_shown_of_a_refused_path_is_short_and_visible() {
        assert_eq!(shown("a\u{1b}[2J.png"), "a\u{fffd}[2J.png");
        assert_eq!(shown("  "), "an entry without a name");
        assert_eq!(shown("invoice\u{202e}gpj.exe"), "invoicegpj.exe");
        assert_eq!(shown(&"x".repeat(500)), format!("{}…", "x".repeat(120)));
    }
}
