//! A goal: the agent is sent on again until a judge is content, or the rounds are used up.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::agent;
use super::answer::Answer;
use super::conversation::Conversation;
use super::event::{self, field};
use super::place::Place;
use super::run::Run;

/// A word of the objective by which no judge is ever content.
const NEVER: &str = "never";

/// `POST ../goal`, `../goal/stop`, `../goal/resume`
pub(super) fn answer(
    place: &Place,
    conversation: &Arc<Conversation>,
    rest: &[&str],
    body: &Value,
) -> Result<Answer, Answer> {
    let most = body.get("max_iterations").and_then(Value::as_u64);
    match rest {
        [] => {
            let objective = field(body, "objective");
            if objective.is_empty() {
                let place = json!(["body", "objective"]);
                return Err(Answer::invalid("missing", place, "Field required"));
            }
            begin(&place.run, conversation, objective, 0, most.unwrap_or(10))
        }
        ["stop"] => {
            stop(conversation);
            Ok(Answer::success())
        }
        ["resume"] => {
            let last = last(conversation).filter(|last| field(last, "status") == "interrupted");
            let last = last.ok_or_else(|| Answer::refuse(409, "no_resumable_goal"))?;
            let number = |name: &str| last.get(name).and_then(Value::as_u64).unwrap_or_default();
            let most = most.unwrap_or(number("max_iterations"));
            let objective = field(&last, "objective");
            begin(
                &place.run,
                conversation,
                objective,
                number("iteration"),
                most,
            )
        }
        _ => Err(Answer::refuse(404, "Not Found")),
    }
}

fn last(conversation: &Conversation) -> Option<Value> {
    let memory = conversation.memory();
    let mut said = memory.log.iter().rev();
    let found = said.find(|event| field(event, "key") == "goal")?;
    found.get("value").cloned()
}

fn begin(
    run: &Arc<Run>,
    conversation: &Arc<Conversation>,
    objective: &str,
    done: u64,
    most: u64,
) -> Result<Answer, Answer> {
    let mut memory = conversation.memory();
    if memory.work.run.is_some() || memory.work.goal.is_some() {
        return Err(Answer::refuse(409, "Conversation already running."));
    }
    let goal = Goal {
        run: Arc::clone(run),
        conversation: Arc::clone(conversation),
        objective: objective.to_owned(),
        most,
    };
    goal.tell(&mut memory, "running", done, Value::Null);
    memory.work.goal = Some(tokio::spawn(goal.pursue(done)).abort_handle());
    Ok(Answer::success())
}

/// Ends the goal, but not the run.
pub(super) fn stop(conversation: &Conversation) {
    let told = last(conversation);
    let mut memory = conversation.memory();
    let Some(goal) = memory.work.goal.take() else {
        return;
    };
    goal.abort();
    if let Some(mut told) = told {
        event::set(&mut told, "active", false.into());
        event::set(&mut told, "status", "interrupted".into());
        conversation.append_to(&mut memory, event::update("goal", told));
    }
}

struct Goal {
    run: Arc<Run>,
    conversation: Arc<Conversation>,
    objective: String,
    most: u64,
}

impl Goal {
    async fn pursue(self, mut done: u64) {
        loop {
            let content = json!([event::text(&self.objective)]);
            agent::take_in(&self.conversation, &content);
            agent::start_for_message(&self.run, &self.conversation);
            while self.conversation.memory().work.run.is_some() {
                self.run.rest(Duration::from_millis(10)).await;
            }
            done += 1;
            let complete = !self.objective.contains(NEVER);
            let verdict = match complete {
                true => json!({"score": 1.0, "complete": true, "missing": ""}),
                false => json!({"score": 0.0, "complete": false, "missing": "All of it."}),
            };
            let status = match complete {
                true => "complete",
                false if done >= self.most => "capped",
                false => "running",
            };
            let mut memory = self.conversation.memory();
            self.tell(&mut memory, status, done, verdict);
            if status != "running" {
                memory.work.goal = None;
                return;
            }
        }
    }

    fn tell(
        &self,
        memory: &mut super::conversation::Memory,
        status: &str,
        iteration: u64,
        verdict: Value,
    ) {
        let value = json!({
            "active": status == "running", "status": status, "iteration": iteration,
            "max_iterations": self.most, "objective": self.objective, "verdict": verdict,
        });
        self.conversation
            .append_to(memory, event::update("goal", value));
    }
}
