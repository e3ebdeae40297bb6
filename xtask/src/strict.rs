//! Whether a built page can run under the content security policy: no inline
//! script, style or handler, and links that work under any path.

use std::path::Path;

use crate::failure::{Failure, Outcome};

/// The header under which the page runs, here and in the end-to-end tests.
pub(crate) const POLICY: &str = include_str!("../csp.txt");

/// Checks `index.html` of a built page.
pub(crate) fn check(folder: &Path) -> Outcome {
    let path = folder.join("index.html");
    let page =
        std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
    match fault(&page) {
        None => Ok(()),
        Some(fault) => Err(Failure::new(format!(
            "the built index.html {fault}, which its content security policy or its hosting under \
             a path refuses: mend index.html or Trunk.toml"
        ))),
    }
}

fn fault(page: &str) -> Option<String> {
    let tags = || page.split('<').skip(1);
    for tag in tags() {
        let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
        let name = head.split_whitespace().next().unwrap_or("").to_lowercase();
        if name == "script" && !text.trim().is_empty() {
            return Some("has an inline script".to_owned());
        }
        if name == "style" {
            return Some("has an inline style".to_owned());
        }
        if let Some(attribute) = attributes(head).find(|it| it.starts_with("on") || it == "style") {
            return Some(format!("has an inline `{attribute}` attribute"));
        }
        if head.contains("=\"/") || head.contains("=/") {
            return Some(format!("links to an absolute path in <{head}>"));
        }
    }
    None
}

/// The names of a tag's attributes.
fn attributes(head: &str) -> impl Iterator<Item = String> {
    head.split_whitespace()
        .skip(1)
        .filter_map(|word| word.split_once('='))
        .map(|(name, _)| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_files_is_fine() {
        let page = r#"<!doctype html><html lang=en><head><meta content="one, two">
            <link rel="stylesheet" href="./main-1.css"></head>
            <body><div id="boot" class="boot">on = off</div>
            <script type="module" src="./init-1.js"></script></body></html>"#;
        assert_eq!(fault(page), None);
    }

    #[test]
    fn what_the_policy_refuses_is_named() {
        for (page, word) in [
            ("<script type=module>start()</script>", "inline script"),
            ("<style>p{}</style>", "inline style"),
            ("<p style=\"color:red\">", "`style`"),
            ("<body onload=\"start()\">", "`onload`"),
            ("<link href=\"/main.css\">", "absolute path"),
            ("<link href=/main.css>", "absolute path"),
        ] {
            let fault = fault(page).unwrap_or_default();
            assert!(fault.contains(word), "{page}: {fault}");
        }
    }

    #[test]
    fn the_policy_is_one_header_line_without_loopholes() {
        assert_eq!(POLICY.lines().count(), 1);
        assert_eq!(POLICY, POLICY.trim());
        assert!(POLICY.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert!(!POLICY.contains("'unsafe-inline'") && !POLICY.contains("'unsafe-eval'"));
    }
}
