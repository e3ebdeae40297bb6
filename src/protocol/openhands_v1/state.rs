//! What the server says of the conversation's state: in its log piece by piece, and all of it in a
//! frame beside the log.

use serde_json::{Value, json};

use super::event::{Read, text};
use crate::model::{Confirmation, Cost, Fault, Notice, Said, Standing};
use crate::wire::json;

/// Whether the values of a key are read.
pub(super) fn is_known(key: &str) -> bool {
    matches!(
        key,
        "execution_status" | "stats" | "confirmation_policy" | "goal"
    )
}

/// What a change of the state says.
pub(super) fn read(event: &Value) -> Read {
    let value = event.get("value").unwrap_or(&Value::Null);
    match text(event, "key") {
        "execution_status" => status(value.as_str().unwrap_or_default()),
        "stats" => Read {
            cost: cost(value),
            ..Read::nothing()
        },
        "confirmation_policy" => match confirmation(value) {
            Some(confirmation) => Read::notice(Notice::Confirms(confirmation)),
            None => Read::nothing(),
        },
        "goal" => goal(value),
        // Others are of no concern to a person, and there will be more of them.
        _ => Read::nothing(),
    }
}

fn status(word: &str) -> Read {
    let said = match word {
        "running" => vec![Said::GoesOn],
        "waiting_for_confirmation" => vec![Said::AsksLeave],
        // No error comes with it.
        "stuck" => vec![Said::Fault(Fault {
            message: String::new(),
            detail: None,
            code: Some("stuck".to_owned()),
        })],
        _ => Vec::new(),
    };
    Read {
        standing: standing(word),
        ..Read::all(said)
    }
}

/// What the agent does, by the server's word; `None` for a word of a newer server.
pub(super) fn standing(word: &str) -> Option<Standing> {
    match word {
        "running" => Some(Standing::Working),
        "waiting_for_confirmation" => Some(Standing::Asking),
        "paused" => Some(Standing::Paused),
        "idle" | "finished" | "error" | "stuck" | "deleting" => Some(Standing::Idle),
        _ => None,
    }
}

/// For which calls the agent waits, by the kind of the policy.
pub(super) fn confirmation(policy: &Value) -> Option<Confirmation> {
    match text(policy, "kind") {
        "NeverConfirm" => Some(Confirmation::Never),
        "ConfirmRisky" => Some(Confirmation::Risky),
        "AlwaysConfirm" => Some(Confirmation::Always),
        _ => None,
    }
}

/// What all models together have cost so far, and how much of the agent's window is taken.
fn cost(stats: &Value) -> Option<Cost> {
    let mut cost = Cost::default();
    for (of, metrics) in stats.get("usage_to_metrics")?.as_object()? {
        let usage = metrics
            .get("accumulated_token_usage")
            .unwrap_or(&Value::Null);
        let tokens = |key: &str| usage.get(key).and_then(Value::as_u64).unwrap_or_default();
        let spent = metrics.get("accumulated_cost");
        cost.micros += spent.and_then(json::millionths).unwrap_or_default();
        cost.prompt += tokens("prompt_tokens");
        cost.completion += tokens("completion_tokens");
        if of == "agent" {
            cost.context = tokens("per_turn_token");
            cost.window = tokens("context_window");
        }
    }
    Some(cost)
}

/// What the agent is to reach, and how far it is.
fn goal(goal: &Value) -> Read {
    let objective = text(goal, "objective");
    if objective.is_empty() {
        return Read::nothing();
    }
    Read::notice(Notice::Goal {
        objective: objective.to_owned(),
        state: text(goal, "status").to_owned(),
    })
}

/// A policy as the server takes it.
pub(super) fn policy(confirmation: Confirmation) -> Value {
    match confirmation {
        Confirmation::Never => json!({"kind": "NeverConfirm"}),
        Confirmation::Always => json!({"kind": "AlwaysConfirm"}),
        Confirmation::Risky => {
            json!({"kind": "ConfirmRisky", "threshold": "HIGH", "confirm_unknown": true})
        }
    }
}

/// What tells the risk of a call, where the policy goes by it.
pub(super) fn analyzer(confirmation: Confirmation) -> Option<Value> {
    let risky = confirmation == Confirmation::Risky;
    risky.then(|| json!({"kind": "LLMSecurityAnalyzer"}))
}
