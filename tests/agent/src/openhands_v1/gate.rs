//! Every request comes through here: it is noted, meets its faults, shows its key, and gets the
//! headers that let a page read the answer, or not.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::FromRequest;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Multipart, Path, Query, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request as HttpRequest, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::{Answer, Request};
use super::place::Place;
use super::record::Recording;
use super::{app, rest, socket};
use crate::state::State;

/// More than any message with pictures.
const LARGEST: usize = 100 << 20;

/// Which of the two servers is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Agent,
    App,
}

/// `/openhands-v1/<run>/..`
pub(super) async fn agent(
    Shared(state): Shared<Arc<State>>,
    Path((name, path)): Path<(String, String)>,
    request: HttpRequest<axum::body::Body>,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let place = Place::agent(&state, &name);
    let segments: Vec<&str> = path.split('/').collect();
    if let ["sockets", kind, id] = segments.as_slice()
        && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await
    {
        let request = asked(&parts, kind, id);
        return socket::connect(state, place, request, upgrade);
    }
    let request = HttpRequest::from_parts(parts, body);
    answer(&state, place, Server::Agent, &path, request).await
}

/// `/openhands-v1-app/<run>/..`
pub(super) async fn app(
    Shared(state): Shared<Arc<State>>,
    Path((name, path)): Path<(String, String)>,
    request: HttpRequest<axum::body::Body>,
) -> Response {
    let place = Place::app(&state, &name);
    answer(&state, place, Server::App, &path, request).await
}

/// `/play/openhands_v1/<scenario>~<run>/..`: what is asked and sent is what was recorded.
pub(super) async fn play(
    Shared(state): Shared<Arc<State>>,
    Path((name, path)): Path<(String, String)>,
    request: HttpRequest<axum::body::Body>,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let (scenario, run) = name.split_once('~').unwrap_or((&name, &name));
    let recording = match Recording::read(&state.setup.fixtures, scenario) {
        Ok(recording) => recording,
        Err(why) => return (StatusCode::NOT_FOUND, why).into_response(),
    };
    let place = Place::agent(&state, run);
    let segments: Vec<&str> = path.split('/').collect();
    if let ["sockets", kind, id] = segments.as_slice()
        && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await
    {
        let request = asked(&parts, kind, id);
        return socket::play(state, place, request, recording, upgrade);
    }
    let origin = header(&parts.headers, "origin");
    let allowed = allowed(&place, Server::Agent, origin.as_deref());
    if parts.method == Method::OPTIONS {
        return preflight(&parts.headers, origin.as_deref(), allowed);
    }
    // What it holds is not compared with what was recorded.
    let _ = to_bytes(body, LARGEST).await;
    let answer = recording.answer(&place.run, &parts.method, &path, parts.uri.query());
    note(&place, Server::Agent, &path, &parts, answer.status);
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.extend(may_read(origin.as_deref().filter(|_| allowed)));
    response
}

fn asked(parts: &Parts, kind: &str, id: &str) -> socket::Request {
    let query = Query::try_from_uri(&parts.uri);
    socket::Request {
        kind: kind.to_owned(),
        conversation: id.to_owned(),
        query: query.map(|Query(query)| query).unwrap_or_default(),
        origin: header(&parts.headers, "origin"),
        host: header(&parts.headers, "host").unwrap_or_default(),
        key: header(&parts.headers, "x-session-api-key"),
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

async fn answer(
    state: &Arc<State>,
    place: Place,
    server: Server,
    path: &str,
    request: HttpRequest<axum::body::Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let origin = header(&parts.headers, "origin");
    let allowed = allowed(&place, server, origin.as_deref());
    if parts.method == Method::OPTIONS {
        return preflight(&parts.headers, origin.as_deref(), allowed);
    }
    let answer = reply(state, &place, server, path, &parts, body).await;
    note(&place, server, path, &parts, answer.status);
    let readable = answer.cors.unwrap_or(!matches!(answer.status, 429 | 500));
    let mut response = answer.into_response();
    if readable {
        let headers = response.headers_mut();
        headers.extend(may_read(origin.as_deref().filter(|_| allowed)));
    }
    response
}

async fn reply(
    state: &Arc<State>,
    place: &Place,
    server: Server,
    path: &str,
    parts: &Parts,
    body: axum::body::Body,
) -> Answer {
    if state.is_down(&place.run.name) || !place.is_reachable() {
        return gone();
    }
    if server == Server::Agent {
        place.thawed().await;
    }
    if let Some(failed) = meet(place, path).await {
        return failed;
    }
    if !place.is_reachable() {
        return gone();
    }
    if server == Server::App && !path.ends_with("/resume") && place.run.crowded() {
        return Answer::crowded();
    }
    let given = header(&parts.headers, "x-session-api-key");
    if path.starts_with("api/") && place.key.is_some() && place.key != given {
        return Answer::refuse(401, "Unauthorized");
    }
    let request = match read(parts, path, body).await {
        Ok(request) => request,
        Err(failed) => return failed,
    };
    let answered = match server {
        Server::Agent => rest::answer(place, &request),
        Server::App => app::answer(place, &request).await,
    };
    answered.unwrap_or_else(|refused| refused)
}

/// As if nobody listened: a page hears of a network error.
fn gone() -> Answer {
    let mut gone = Answer::text(503, "");
    gone.cors = Some(false);
    gone
}

/// What was ordered to happen to a request.
async fn meet(place: &Place, path: &str) -> Option<Answer> {
    let (slow, fail) = place.run.memory().mishaps.meet(&format!("/{path}"));
    if slow > Duration::ZERO {
        tokio::time::sleep(slow).await;
    }
    let fail = fail?;
    let mut answer = match fail.status {
        429 => Answer::crowded(),
        status => Answer::refuse(status, "Internal Server Error"),
    };
    answer.cors = Some(fail.cors);
    Some(answer)
}

/// Reads a request; of a file only what it holds.
async fn read(parts: &Parts, path: &str, body: axum::body::Body) -> Result<Request, Answer> {
    let multipart = header(&parts.headers, "content-type")
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    let unreadable = |_| Answer::text(400, "There was an error parsing the body");
    let body = if multipart {
        let request = HttpRequest::from_parts(parts.clone(), body);
        let parts = Multipart::from_request(request, &()).await;
        let mut parts = parts.map_err(|_| Answer::text(400, "no boundary"))?;
        let mut held = axum::body::Bytes::new();
        while let Ok(Some(part)) = parts.next_field().await {
            if part.name() == Some("file") {
                held = part
                    .bytes()
                    .await
                    .map_err(|_| Answer::text(400, "no file"))?;
            }
        }
        held
    } else {
        to_bytes(body, LARGEST).await.map_err(unreadable)?
    };
    Ok(Request {
        method: parts.method.clone(),
        path: path.split('/').map(str::to_owned).collect(),
        query: Query::try_from_uri(&parts.uri)
            .map(|Query(query)| query)
            .unwrap_or_default(),
        body,
        host: header(&parts.headers, "host").unwrap_or_default(),
    })
}

fn note(place: &Place, server: Server, path: &str, parts: &Parts, status: u16) {
    let text = |name: &str| header(&parts.headers, name);
    let note = json!({
        "server": match server { Server::Agent => "agent", Server::App => "app" },
        "method": parts.method.as_str(), "path": format!("/{path}"),
        "query": parts.uri.query(), "origin": text("origin"), "host": text("host"),
        "key": text("x-session-api-key"), "authorization": text("authorization"),
        "status": status,
    });
    place.run.memory().seen.requests.push(note);
}

/// The agent server lets pages of this machine read, the app server all.
fn allowed(place: &Place, server: Server, origin: Option<&str>) -> bool {
    let Some(origin) = origin else { return false };
    if place.run.memory().mishaps.nocors {
        return false;
    }
    let host = origin.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    server == Server::App || matches!(host, "localhost" | "127.0.0.1")
}

fn preflight(headers: &HeaderMap, origin: Option<&str>, allowed: bool) -> Response {
    let mut answer = match allowed {
        true => Answer::text(200, "OK"),
        false => Answer::text(400, "Disallowed CORS origin"),
    };
    let methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
    answer
        .headers
        .push(("access-control-allow-methods", methods.to_owned()));
    if let Some(wanted) = header(headers, "access-control-request-headers") {
        answer
            .headers
            .push(("access-control-allow-headers", wanted));
    }
    let mut response = answer.into_response();
    response
        .headers_mut()
        .extend(may_read(origin.filter(|_| allowed)));
    response
}

/// The headers that let a page of that origin read an answer.
fn may_read(origin: Option<&str>) -> HeaderMap {
    let named = [
        ("access-control-allow-credentials", Some("true")),
        ("vary", Some("Origin")),
        ("access-control-allow-origin", origin),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in named {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// `GET /openhands-v1/report/<run>`: what the clients of a run did, and what it holds.
pub(super) async fn report(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
) -> axum::Json<Value> {
    axum::Json(state.openhands_v1.of(&name).report())
}
