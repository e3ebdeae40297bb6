//! What kind of file a name stands for, in the browser's words.

use std::path::Path;

/// The `Content-Type` of a file, by its extension.
pub(crate) fn of(path: &Path) -> &'static str {
    match path.extension().and_then(|it| it.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streaming_compiler_gets_its_type() {
        assert_eq!(of(Path::new("app_bg.wasm")), "application/wasm");
    }

    #[test]
    fn scripts_and_styles_have_the_types_that_nosniff_demands() {
        assert!(of(Path::new("a/init.js")).starts_with("text/javascript"));
        assert!(of(Path::new("main.css")).starts_with("text/css"));
    }

    #[test]
    fn the_unknown_is_bytes() {
        assert_eq!(of(Path::new("LICENSE")), "application/octet-stream");
    }
}
