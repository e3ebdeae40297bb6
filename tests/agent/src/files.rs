//! The built page under its strict policy, and a page that shows it in a frame.

use std::collections::HashMap;
use std::path::PathBuf;

use axum::Router;
use axum::extract::Query;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Html;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// The policy that the page runs under, the same that the task runner serves it with.
const POLICY: &str = include_str!("../../../xtask/csp.txt");

/// Adds the page, if there is one, and the headers that every answer has.
pub(crate) fn serve(routes: Router, dist: Option<PathBuf>) -> Router {
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let routes = match dist {
        Some(dist) => {
            let policy = always(CONTENT_SECURITY_POLICY, POLICY.trim_ascii());
            let files = Router::new()
                .fallback_service(ServeDir::new(dist))
                .layer(policy);
            routes.merge(files)
        }
        None => routes,
    };
    routes
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(CACHE_CONTROL, "no-store"))
        // In a sandboxed frame the page has no origin of its own.
        .layer(always(ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
}

/// `GET /host.html?src=..&sandbox=..`
pub(crate) async fn host(Query(query): Query<HashMap<String, String>>) -> Html<String> {
    let source = escape(query.get("src").map_or("", String::as_str));
    let sandbox = query
        .get("sandbox")
        .map(|value| format!(" sandbox=\"{}\"", escape(value)));
    let sandbox = sandbox.unwrap_or_default();
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Host</title>\
         <h1>A page that embeds Parlor</h1>\
         <iframe title=\"Parlor\" src=\"{source}\"{sandbox} width=\"900\" height=\"600\"></iframe></html>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}
