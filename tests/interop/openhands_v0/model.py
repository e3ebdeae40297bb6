"""The script of the model that OpenHands V0 talks to.

"play: SCENE" or "play: SCENE WORD" in the person's message chooses the scene; its next step is the
one after those that the model has answered since. So it keeps nothing, and the same message gives
the same run. WORD names a file, since all conversations have one folder.
"""

import re

from completions import text

SCENE = re.compile(r"\bplay: (\w+)(?: (\w+))?")

MARKDOWN = """Hello! This is **bold** with `code`:

```python
print("hi")
```

| a | b |
| --- | --- |
| 1 | 2 |
"""


def command(line, risk="LOW", **more):
    # A command that ends at once has no output in the server's in-process runtime: it is read
    # by a thread that may come too late.
    line = f"sleep 0.3; {line}"
    return {"calls": [("execute_bash", {"command": line, "security_risk": risk})], **more}


def edit(what, path, **arguments):
    arguments = {"command": what, "path": path, "security_risk": "LOW", **arguments}
    return {"calls": [("str_replace_editor", arguments)]}


def say(text):
    return {"text": text}


def scenes(folder, word):
    """The steps of each scene; files lie in `folder`."""
    file = f"{folder}/{word or 'greeting'}.py"
    return {
        "greet": [say(MARKDOWN)],
        "run": [
            command("echo printed; (exit 0)", text="First a command."),
            command("echo broken >&2; (exit 3)"),
            say("Both commands ran."),
        ],
        "edit": [
            edit("create", file, file_text="print('hello')\nname = 1\n"),
            edit("str_replace", file, old_str="name = 1", new_str="name = 2"),
            say("The file is written."),
        ],
        "ask": [command("echo dangerous", risk="HIGH"), say("That was allowed.")],
        "slow": [
            command("for i in 1 2 3 4 5; do echo tick $i; sleep 1; done"),
            say("The slow command ended."),
        ],
        "long": [command(f"echo step {n}", delay=0.2) for n in range(1, 13)]
        + [say("All twelve steps are done.")],
        "show": [command(f"cat {folder}/{word}.txt"), say("That is what the file holds.")],
        "finish": [{"calls": [("finish", {"message": "Finished: **all** done."})]}],
    }


def script(folder):
    """Chooses the step that answers messages."""

    def choose(messages):
        answered = 0
        for message in reversed(messages):
            if message["role"] == "assistant":
                answered += 1
            found = SCENE.findall(text(message)) if message["role"] == "user" else []
            if found:
                scene, word = found[-1]
                steps = scenes(folder, word).get(scene, [])
                return steps[answered] if answered < len(steps) else say("There is no more to do.")
        return say("Which scene?")

    return choose
