//! Which addresses may be followed, and whose they are.

use super::block::{Image, Inline, Link};

/// What may stand in an address at its end only as punctuation of the sentence around it.
const PUNCTUATION: &[char] = &['.', ',', ':', ';', '!', '?', '\'', '"', '*', '_', '~'];

/// Judges a link's address.
pub(super) fn link(url: &str) -> Link {
    let address = clean(url);
    if let Some(mail) = strip_scheme(&address, "mailto:") {
        let host = mail.split('?').next().unwrap_or(mail).to_owned();
        return Link::Safe { url: address, host };
    }
    match web_host(&address) {
        Some(host) => Link::Safe { url: address, host },
        None => Link::Refused,
    }
}

/// Judges a picture's address.
pub(super) fn image(url: &str) -> Image {
    let address = clean(url);
    if let Some(data) = strip_scheme(&address, "data:") {
        let known = ["image/png", "image/jpeg", "image/webp", "image/gif"];
        let safe = known.iter().any(|mime| {
            data.strip_prefix(mime)
                .is_some_and(|rest| rest.starts_with(";base64,"))
        });
        return if safe {
            Image::Inline(address)
        } else {
            Image::Refused
        };
    }
    match web_host(&address) {
        Some(host) => Image::Remote { url: address, host },
        None => Image::Refused,
    }
}

/// Browsers pass over control characters in an address, so they must not hide its scheme.
fn clean(url: &str) -> String {
    url.trim()
        .chars()
        .filter(|character| !character.is_control())
        .collect()
}

fn strip_scheme<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let head = url.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| url.get(scheme.len()..))?
}

/// The host as the browser will read it. One with escapes, or with characters that do not show,
/// could be read as another by a person.
fn web_host(url: &str) -> Option<String> {
    let rest = strip_scheme(url, "https://").or_else(|| strip_scheme(url, "http://"))?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let readable = |c: char| c.is_alphanumeric() || ".-_:[]".contains(c);
    let shows = !host.is_empty() && host.chars().all(readable);
    shows.then(|| host.to_ascii_lowercase())
}

/// Splits a text at the bare `http(s)://` addresses in it.
pub(super) fn autolink(text: &str, out: &mut Vec<Inline>) {
    let mut rest = text;
    while let Some((at, url)) = next_address(rest) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        push_text(before, out);
        let content = vec![Inline::Text(url.to_owned())];
        out.push(Inline::Link {
            target: link(url),
            content,
        });
        rest = from.get(url.len()..).unwrap_or_default();
    }
    push_text(rest, out);
}

fn push_text(text: &str, out: &mut Vec<Inline>) {
    if !text.is_empty() {
        out.push(Inline::Text(text.to_owned()));
    }
}

/// The first bare address: where it begins, and what it is.
fn next_address(text: &str) -> Option<(usize, &str)> {
    let starts = text.match_indices("http").map(|(at, _)| at);
    starts.into_iter().find_map(|at| {
        let after_word = text
            .get(..at)?
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        let from = text.get(at..)?;
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| from.starts_with(scheme))?;
        let url = address_at(from);
        (!after_word && url.len() > scheme.len()).then_some((at, url))
    })
}

/// An address without the punctuation, and the unmatched bracket, that belong to the sentence.
fn address_at(from: &str) -> &str {
    let stop = |c: char| c.is_whitespace() || c == '<' || c == '>' || c == '`' || c == '"';
    let mut url = from.split(stop).next().unwrap_or(from);
    let mut unmatched = url.matches(')').count() as isize - url.matches('(').count() as isize;
    loop {
        let words = url.trim_end_matches(PUNCTUATION);
        match words.strip_suffix(')').filter(|_| unmatched > 0) {
            Some(shorter) => {
                unmatched -= 1;
                url = shorter;
            }
            None => return words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_and_mail_addresses_are_followed() {
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "java\nscript:x",
            "data:text/html,x",
            "vbscript:x",
            "//h/x",
            "/x",
            "x",
            "",
            "https://",
            "file:///etc",
        ] {
            assert_eq!(link(bad), Link::Refused, "{bad}");
        }
        let host = |url: &str| match link(url) {
            Link::Safe { host, .. } => host,
            Link::Refused => String::new(),
        };
        assert_eq!(host("HTTPS://Example.COM:8/x?y#z"), "example.com:8");
        assert_eq!(host("https://good.test@evil.test/"), "evil.test");
        assert_eq!(host("https://evil.test\\@good.test/"), "evil.test");
        assert_eq!(host("https://bücher.test/"), "bücher.test");
        for hidden in [
            "https://%65vil.test/",
            "https://a\u{200b}.test/",
            "https:evil.test",
        ] {
            assert_eq!(link(hidden), Link::Refused, "{hidden}");
        }
        assert_eq!(host("mailto:a@b.test?subject=x"), "a@b.test");
    }

    #[test]
    fn pictures_in_the_message_and_elsewhere() {
        assert!(matches!(
            image("data:image/png;base64,iVBOR"),
            Image::Inline(_)
        ));
        assert_eq!(image("data:image/svg+xml;base64,PHN2"), Image::Refused);
        assert!(matches!(image("https://h/p.png"), Image::Remote { .. }));
        assert_eq!(image("p.png"), Image::Refused);
    }

    #[test]
    fn bare_addresses_end_where_the_sentence_goes_on() {
        let urls = |text: &str| {
            let mut out = Vec::new();
            autolink(text, &mut out);
            let links = out.into_iter().filter_map(|inline| match inline {
                Inline::Link {
                    target: Link::Safe { url, .. },
                    ..
                } => Some(url),
                _ => None,
            });
            links.collect::<Vec<_>>()
        };
        assert_eq!(
            urls("see https://a.test/x, and (http://b.test/y)."),
            ["https://a.test/x", "http://b.test/y"]
        );
        assert_eq!(urls("https://a.test/x_(y) ok"), ["https://a.test/x_(y)"]);
        assert_eq!(urls("(see (https://a.test/).)."), ["https://a.test/"]);
        assert!(urls("xhttps://a.test https:// http").is_empty());
    }
}
