"""The script of the model that OpenHands V1 talks to.

"play: SCENE" in the person's newest message chooses the scene; what follows it in that line is the
scene's to read. The next step is the one after those that the model has answered since, so that
the same message gives the same run. Only `retry` keeps something: which words it saw once.
"""

import re

from completions import text

SCENE = re.compile(r"\bplay: (\w+) ?(.*)")

MARKDOWN = """Hello! This is **bold** with `code`:

```python
print("hi")
```

| a | b |
| --- | --- |
| 1 | 2 |

- [x] done
- [ ] open
"""


def call(*calls, **more):
    return {"calls": list(calls), **more}


def terminal(line, risk="LOW"):
    return ("terminal", {"command": line, "security_risk": risk})


def edit(what, path, **arguments):
    arguments = {"command": what, "path": path, "security_risk": "LOW", **arguments}
    return ("file_editor", arguments)


def plan(*states):
    tasks = [
        {"title": title, "notes": notes, "status": state}
        for (title, notes), state in zip(
            [("Write it", ""), ("Test it", "with a test")], states, strict=True
        )
    ]
    return ("task_tracker", {"command": "plan", "task_list": tasks, "security_risk": "LOW"})


def finish(message):
    return call(("finish", {"message": message}))


def say(text, **more):
    return {"text": text, **more}


class Script:
    """Chooses the step that answers messages; files lie in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.broken = set()

    def __call__(self, messages):
        since = []
        for message in reversed(messages):
            if message["role"] == "user":
                return self.step(text(message), len(since), messages)
            if message["role"] == "assistant":
                since.append(message)
        return say("Nobody said anything.")

    def step(self, message, answered, messages):
        found = SCENE.findall(message)
        if not found:
            return say(f"Hello! You said: {message.strip()}")
        # The server may make one message of two that had no answer between them.
        name, rest = found[-1]
        scene = getattr(self, f"scene_{name}", None)
        if scene is None:
            return say(f"There is no scene {name}.")
        steps = scene(rest.strip(), messages)
        return steps[answered] if answered < len(steps) else say("There is no more to do.")

    def scene_greet(self, *_):
        return [say(MARKDOWN)]

    def scene_stream(self, rest, _):
        """So many words, one every so many milliseconds: `play: stream 2000 5`."""
        count, pace = rest.split()
        words = " ".join(f"word{n}" for n in range(1, int(count) + 1))
        return [say(words, pace=int(pace) / 1000)]

    def scene_reason(self, *_):
        return [say("The answer is 42.", reasoning="First the question. Then the result.")]

    def scene_run(self, rest, _):
        """Any command: `play: run echo hi`."""
        return [call(terminal(rest), text="First a command."), say("The command ran.")]

    def scene_fail(self, *_):
        return self.scene_run("echo broken >&2; (exit 3)", None)

    def scene_edit(self, rest, _):
        """A file of that name: `play: edit WORD`."""
        path = f"{self.folder}/{rest or 'greeting'}.py"
        return [
            call(edit("create", path, file_text="print('hello')\nname = 1\n")),
            call(edit("str_replace", path, old_str="name = 1", new_str="name = 2")),
            say("The file is written."),
        ]

    def scene_both(self, *_):
        """Two tools in one answer."""
        calls = call(terminal("echo one"), plan("todo", "todo"), text="Two at once.")
        return [calls, say("Both are done.")]

    def scene_plan(self, *_):
        return [
            call(plan("in_progress", "todo")),
            call(plan("done", "in_progress")),
            say("The plan is made."),
        ]

    def scene_think(self, *_):
        return [call(("think", {"thought": "This wants thought."})), say("It is thought over.")]

    def scene_finish(self, *_):
        return [finish("Finished: **all** done.")]

    def scene_unknown(self, *_):
        """A tool that does not exist."""
        return [call(("no_such_tool", {"a": 1})), say("That tool does not exist.")]

    def scene_ask(self, *_):
        """What the model itself calls risky."""
        return [call(terminal("echo dangerous", risk="HIGH")), say("That was allowed.")]

    def scene_slow(self, *_):
        line = "for i in 1 2 3 4 5; do echo tick $i; sleep 1; done"
        return [call(terminal(line)), say("The slow command ended.")]

    def scene_long(self, *_):
        steps = [call(terminal(f"echo step {n}"), delay=0.2) for n in range(1, 13)]
        return steps + [say("All twelve steps are done.")]

    def scene_show(self, rest, _):
        """What a file holds: `play: show PATH`."""
        return [call(terminal(f"cat '{rest}'")), say("That is what the file holds.")]

    def scene_images(self, _, messages):
        contents = [message.get("content") for message in messages if message["role"] == "user"]
        parts = [part for content in contents if isinstance(content, list) for part in content]
        count = sum(part.get("type") == "image_url" for part in parts)
        return [say(f"There are {count} images.")]

    def scene_error(self, rest, _):
        """The model's server answers that status: `play: error 429`."""
        return [{"status": int(rest)}]

    def scene_broken(self, *_):
        """The stream breaks off, whenever it is asked for."""
        return [say("This will never be whole", breaks=True)]

    def scene_retry(self, rest, _):
        """The stream breaks off the first time that this word is asked for: `play: retry WORD`."""
        if rest in self.broken:
            self.broken.remove(rest)
            return [say("The second try is whole.")]
        self.broken.add(rest)
        return [say("The first try breaks", breaks=True)]
