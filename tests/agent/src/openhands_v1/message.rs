//! A message as the real server reads it, and what it says of one that it cannot read.

use serde_json::{Value, json};

use super::event::text;

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    /// Blocks of text and pictures.
    pub(super) content: Value,
}

/// Why a message was not taken: the exception's name, and what it says.
pub(super) type Fault = (&'static str, String);

impl Message {
    /// Reads a frame of a socket.
    pub(super) fn read(value: &Value) -> Result<Self, Fault> {
        let Some(fields) = value.as_object() else {
            return Err(invalid(&format!(
                "\n  Input should be a valid dictionary or instance of Message \
                 [type=model_type, input_value={value}, input_type={}]",
                name(value)
            )));
        };
        match fields.get("role").and_then(Value::as_str) {
            None => {
                return Err(invalid(&format!(
                    "\nrole\n  Field required [type=missing, input_value={value}, input_type=dict]"
                )));
            }
            Some("user") => {}
            Some("assistant" | "system" | "tool") => {
                let why = "Only user messages are allowed to be sent to the agent.";
                return Err(("AssertionError", why.to_owned()));
            }
            Some(role) => {
                return Err(invalid(&format!(
                    "\nrole\n  Input should be 'user', 'system', 'assistant' or 'tool' \
                     [type=literal_error, input_value='{role}', input_type=str]"
                )));
            }
        }
        Self::content(fields.get("content")).map(|content| Self { content })
    }

    fn content(content: Option<&Value>) -> Result<Value, Fault> {
        match content {
            None | Some(Value::Null) => Ok(json!([])),
            Some(Value::String(words)) => Ok(json!([text(words)])),
            Some(Value::Array(blocks)) => blocks.iter().map(block).collect(),
            Some(other) => Err(invalid(&format!(
                "\ncontent\n  Input should be a valid list [type=list_type, input_value={other}]"
            ))),
        }
    }
}

/// A block with the fields that the real server adds.
fn block(block: &Value) -> Result<Value, Fault> {
    let mut made = block.clone();
    let is = |kind: &str, field: &str| {
        block.get("type").is_some_and(|given| given == kind) && block.get(field).is_some()
    };
    if !is("text", "text") && !is("image", "image_urls") {
        return Err(invalid(&format!(
            "\ncontent.0.TextContent.type\n  Input should be 'text' [type=literal_error, \
             input_value={block}, input_type=dict]"
        )));
    }
    super::event::set(&mut made, "cache_prompt", false.into());
    Ok(made)
}

fn invalid(why: &str) -> Fault {
    (
        "ValidationError",
        format!("1 validation error for Message{why}"),
    )
}

/// The type as Python names it.
fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
