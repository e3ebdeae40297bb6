//! One tool call of the scripted agent: the model's answer it came from, its action, its result.

use serde_json::{Value, json};

use crate::picture::SQUARE;

/// Where the agent works.
const FILE: &str = "/workspace/hello.py";

/// What the model asked for.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Counts the model's answers; part of the call's id.
    number: u64,
    function: &'static str,
    arguments: Value,
    /// What the model said along with it.
    thought: &'static str,
}

/// A call with the events that it becomes.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    pub(super) call: Call,
    /// The action as it is first stored.
    pub(super) action: Value,
    /// The result, still without its cause; none for a tool that has no result.
    pub(super) observation: Option<Value>,
}

impl Call {
    fn new(number: u64, function: &'static str, arguments: Value) -> Self {
        Self {
            number,
            function,
            arguments,
            thought: "",
        }
    }

    /// `tool_call_metadata`: the model's whole answer, on the action and on its results.
    pub(super) fn metadata(&self) -> Value {
        let id = format!("call_{}_0", self.number);
        let function = json!({"name": self.function, "arguments": self.arguments.to_string()});
        let content = Some(self.thought).filter(|thought| !thought.is_empty());
        let message = json!({
            "content": content, "role": "assistant", "function_call": null,
            "tool_calls": [{"function": function, "id": id, "type": "function"}],
        });
        let details = json!({
            "audio_tokens": null, "cached_tokens": 10, "text_tokens": null, "image_tokens": null,
        });
        let response = json!({
            "id": format!("chatcmpl-scripted{}", self.number), "created": 1_795_219_606,
            "model": "gpt-4o", "object": "chat.completion", "system_fingerprint": null,
            "choices": [{
                "finish_reason": "tool_calls", "index": 0, "message": message,
                "provider_specific_fields": {},
            }],
            "usage": {
                "completion_tokens": 20, "prompt_tokens": 103, "total_tokens": 123,
                "completion_tokens_details": null, "prompt_tokens_details": details,
            },
            "service_tier": null,
        });
        json!({
            "function_name": self.function, "tool_call_id": id, "model_response": response,
            "total_calls_in_response": 1,
        })
    }

    fn action(&self, name: &str, message: &str, args: &Value) -> Value {
        json!({
            "source": "agent", "message": message, "action": name,
            "tool_call_metadata": self.metadata(), "llm_metrics": metrics(self.number),
            "args": args,
        })
    }

    fn observation(&self, name: &str, message: &str, content: &str, extras: &Value) -> Value {
        json!({
            "source": "agent", "message": message, "observation": name,
            "tool_call_metadata": self.metadata(), "content": content, "extras": extras,
        })
    }
}

/// `llm_metrics`: what the conversation has cost so far.
pub(super) fn metrics(answers: u64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let cost = answers as f64 * 0.000_445;
    json!({
        "accumulated_cost": cost, "max_budget_per_task": null,
        "accumulated_token_usage": {
            "model": "default", "prompt_tokens": 103 * answers, "completion_tokens": 20 * answers,
            "cache_read_tokens": 10 * answers, "cache_write_tokens": 0, "context_window": 128_000,
            "per_turn_token": 122, "response_id": "",
        },
        "costs": [], "response_latencies": [], "token_usages": [],
    })
}

/// A command in the shell.
pub(super) fn run(number: u64, command: &str, output: &str) -> Tool {
    let arguments = json!({"command": command, "security_risk": "LOW"});
    let mut call = Call::new(number, "execute_bash", arguments);
    call.thought = "Let me look.";
    let args = json!({
        "command": command, "is_input": false, "thought": call.thought, "blocking": false,
        "is_static": false, "cwd": null, "hidden": false, "confirmation_state": "confirmed",
        "security_risk": 0,
    });
    Tool {
        action: call.action("run", &format!("Running command: {command}"), &args),
        observation: Some(ran(&call, command, output)),
        call,
    }
}

fn ran(call: &Call, command: &str, output: &str) -> Value {
    let metadata = json!({
        "exit_code": 0, "pid": -1, "username": "root", "hostname": "runtime",
        "working_dir": "/workspace", "py_interpreter_path": "/usr/bin/python", "prefix": "",
        "suffix": "\n[The command completed with exit code 0.]",
    });
    let mut observation = call.observation(
        "run",
        &format!("Command `{command}` executed with exit code 0."),
        output,
        &json!({"command": command, "metadata": metadata, "hidden": false}),
    );
    if let Some(fields) = observation.as_object_mut() {
        fields.insert("success".into(), true.into());
    }
    observation
}

/// A change of a file.
pub(super) fn edit(number: u64) -> Tool {
    let arguments = json!({
        "command": "str_replace", "path": FILE, "old_str": "x = 1", "new_str": "x = 2",
        "security_risk": "LOW",
    });
    let call = Call::new(number, "str_replace_editor", arguments);
    let args = json!({
        "path": FILE, "command": "str_replace", "file_text": null, "old_str": "x = 1",
        "new_str": "x = 2", "insert_line": null, "content": "", "start": 1, "end": -1,
        "thought": "", "security_risk": 0, "impl_source": "oh_aci",
    });
    let content = format!(
        "The file {FILE} has been edited. Here's the result of running `cat -n` on a snippet of \
         {FILE}:\n     1\tprint('hello')\n     2\tx = 2\n     3\t\nReview the changes and make \
         sure they are as expected. Edit the file again if necessary."
    );
    let extras = json!({
        "path": FILE, "prev_exist": false, "old_content": "x = 1", "new_content": "x = 2",
        "impl_source": "oh_aci", "_diff_cache": null,
        "diff": format!("--- {FILE}\n+++ {FILE}\n@@ -1,2 +1,2 @@\n print('hello')\n-x = 1\n+x = 2"),
    });
    Tool {
        action: call.action("edit", "", &args),
        observation: Some(call.observation(
            "edit",
            &format!("I edited the file {FILE}."),
            &content,
            &extras,
        )),
        call,
    }
}

/// A page in the browser, with a screenshot.
pub(super) fn browse(number: u64) -> Tool {
    let url = "http://127.0.0.1:8000/page.html";
    let actions = format!("goto('{url}')");
    let call = Call::new(
        number,
        "browser",
        json!({"code": actions, "security_risk": "LOW"}),
    );
    let args = json!({
        "browser_actions": actions, "thought": "", "browsergym_send_msg_to_user": "",
        "security_risk": 0, "return_axtree": false,
    });
    let content = format!(
        "[Current URL: {url}]\n[Focused element bid: 3]\n\n[Action executed successfully.]\n\
         Accessibility tree of the COMPLETE webpage:\nRootWebArea 'A page', focused"
    );
    let screenshot = format!("data:image/png;base64,{SQUARE}");
    let extras = json!({
        "url": url, "trigger_by_action": "browse_interactive", "screenshot": screenshot,
        "screenshot_path": "/workspace/.browser_screenshots/screenshot_1.png",
        "set_of_marks": screenshot, "error": false, "goal_image_urls": [],
        "open_pages_urls": [url], "active_page_index": 0, "dom_object": {}, "axtree_object": {},
        "extra_element_properties": {}, "last_browser_action": actions,
        "last_browser_action_error": "", "focused_element_bid": "3", "filter_visible_only": false,
    });
    let message = format!("I am interacting with the browser:\n```\n{actions}\n```");
    Tool {
        action: call.action("browse_interactive", &message, &args),
        observation: Some(call.observation("browse", &format!("Visited {url}"), &content, &extras)),
        call,
    }
}

/// A plan of two tasks.
pub(super) fn tasks(number: u64, conversation: &str) -> Tool {
    let list = json!([
        {"id": "1", "title": "Look around", "status": "in_progress", "notes": ""},
        {"id": "2", "title": "Write file", "status": "todo", "notes": "later"},
    ]);
    let arguments = json!({"command": "plan", "task_list": list});
    let call = Call::new(number, "task_tracker", arguments.clone());
    let result = format!(
        "Task list has been updated with 2 items. Stored in session directory: \
         sessions/{conversation}/TASKS.md"
    );
    let args = json!({"command": "plan", "task_list": list, "thought": ""});
    Tool {
        action: call.action("task_tracking", "Managing 2 task items.", &args),
        observation: Some(call.observation("task_tracking", &result, &result, &arguments)),
        call,
    }
}

/// A tool of an MCP server.
pub(super) fn mcp(number: u64) -> Tool {
    let arguments = json!({"text": "hi mcp"});
    let call = Call::new(number, "echo_text", arguments.clone());
    let args = json!({
        "name": "echo_text", "arguments": arguments, "thought": "", "security_risk": -1,
    });
    let message = "I am interacting with the MCP server with name:\n```\necho_text\n```\nand \
                   arguments:\n```\n{'text': 'hi mcp'}\n```";
    let result = json!({
        "meta": null, "isError": false,
        "content": [{"type": "text", "text": "echo: hi mcp", "annotations": null}],
    });
    let result = result.to_string();
    let extras = json!({"name": "echo_text", "arguments": arguments});
    Tool {
        action: call.action("call_tool_mcp", message, &args),
        observation: Some(call.observation("mcp", &result, &result, &extras)),
        call,
    }
}

/// A thought.
pub(super) fn think(number: u64) -> Tool {
    let thought = "Let me think: \u{fc}n\u{ef}c\u{f6}d\u{e9} \u{1f389}";
    let call = Call::new(number, "think", json!({"thought": thought}));
    let logged = "Your thought has been logged.";
    Tool {
        action: call.action(
            "think",
            &format!("I am thinking...: {thought}"),
            &json!({"thought": thought}),
        ),
        observation: Some(call.observation("think", logged, logged, &json!({}))),
        call,
    }
}

/// The end of the work.
pub(super) fn finish(number: u64, words: &str) -> Tool {
    let call = Call::new(number, "finish", json!({"message": words}));
    let args = json!({"final_thought": words, "outputs": {}, "thought": ""});
    Tool {
        action: call.action("finish", "All done! What's next on the agenda?", &args),
        observation: None,
        call,
    }
}
