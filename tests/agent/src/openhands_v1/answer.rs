//! Requests as the handlers see them, and their answers.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A request that was let through.
pub(super) struct Request {
    pub(super) method: Method,
    /// Behind the server's address: `api`, `conversations`, ..
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Bytes,
    /// The name that the server was called by.
    pub(super) host: String,
}

impl Request {
    /// A parameter of the query.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All parameters of that name.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.query.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The body, if it is JSON.
    pub(super) fn json(&self) -> Result<Value, Answer> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Answer::invalid("json_invalid", json!(["body", 1]), "JSON decode error"))
    }

    /// The body, where none is needed.
    pub(super) fn json_or_nothing(&self) -> Result<Value, Answer> {
        match self.body.is_empty() {
            true => Ok(json!({})),
            false => self.json(),
        }
    }

    /// `limit`, from 1 to 100.
    pub(super) fn limit(&self) -> Result<usize, Answer> {
        let limit = self.get("limit").map_or(Ok(100), str::parse);
        match limit {
            Ok(limit @ 1..=100) => Ok(limit),
            Ok(_) => Err(Answer::invalid(
                "less_than_equal",
                json!(["query", "limit"]),
                "Input should be less than or equal to 100",
            )),
            Err(_) => Err(Answer::invalid(
                "int_parsing",
                json!(["query", "limit"]),
                "Input should be a valid integer",
            )),
        }
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Body,
    pub(super) headers: Vec<(&'static str, String)>,
    /// Whether a page may read it; unless it is said, all but 429 and 500.
    pub(super) cors: Option<bool>,
}

#[derive(Debug)]
pub(super) enum Body {
    Json(Value),
    Text(&'static str),
    Bytes(Vec<u8>),
}

impl Answer {
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Body::Json(body),
            headers: Vec::new(),
            cors: None,
        }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub(super) fn success() -> Self {
        Self::ok(json!({"success": true}))
    }

    /// A refusal with its reason.
    pub(super) fn refuse(status: u16, detail: &str) -> Self {
        Self::new(status, json!({"detail": detail}))
    }

    /// Validation failed.
    pub(super) fn invalid(kind: &str, place: Value, why: &str) -> Self {
        let detail = json!([{"type": kind, "loc": place, "msg": why, "input": null}]);
        Self::new(422, json!({"detail": detail}))
    }

    /// An id that is none.
    pub(super) fn no_uuid(name: &str, given: &str) -> Self {
        let first = given.chars().next().unwrap_or(' ');
        Self::invalid(
            "uuid_parsing",
            json!(["path", name]),
            &format!("Input should be a valid UUID, invalid character: found `{first}` at 0"),
        )
    }

    /// An exception in the server.
    pub(super) fn failed(exception: &str) -> Self {
        let error = super::ids::word(32);
        Self::new(
            500,
            json!({"detail": "Internal Server Error", "exception": exception, "error_id": error}),
        )
    }

    /// Too many requests.
    pub(super) fn crowded() -> Self {
        let mut answer = Self::new(429, json!({"message": "Too many requests"}));
        answer.headers.push(("retry-after", "1".to_owned()));
        answer
    }

    pub(super) fn text(status: u16, text: &'static str) -> Self {
        let mut answer = Self::new(status, Value::Null);
        answer.body = Body::Text(text);
        answer
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::IM_A_TEAPOT);
        let mut response = match self.body {
            Body::Json(value) => (status, axum::Json(value)).into_response(),
            Body::Text(text) => (status, text).into_response(),
            Body::Bytes(bytes) => (status, bytes).into_response(),
        };
        for (name, value) in self.headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
