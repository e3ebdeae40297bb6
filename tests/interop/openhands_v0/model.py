"""A model for tests: the chat completions of OpenAI's interface, played from a script.

"play: SCENE" or "play: SCENE WORD" in the person's message chooses the scene; its next step is the
one after those that the model has answered since. So it keeps nothing, and the same message gives
the same run. WORD names a file, since all conversations have one folder.
"""

import json
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
    return {"tool": "execute_bash", "arguments": {"command": line, "security_risk": risk}, **more}


def edit(what, path, **arguments):
    arguments = {"command": what, "path": path, "security_risk": "LOW", **arguments}
    return {"tool": "str_replace_editor", "arguments": arguments}


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
        "finish": [
            {"tool": "finish", "arguments": {"message": "Finished: **all** done."}},
        ],
    }


class Model(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder

    def handle_error(self, *_):
        """The server ends without waiting for answers."""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer({"object": "list", "data": [{"id": "gpt-4o", "object": "model"}]})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        request = json.loads(self.rfile.read(length) or b"{}")
        step = choose(request, self.server.folder)
        time.sleep(step.get("delay", 0.05))
        self.answer(completion(request, step))

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def choose(request, folder):
    """The step that answers these messages."""
    if not request.get("tools"):
        return say("A conversation of a test")
    messages = request.get("messages", [])
    answered = 0
    for message in reversed(messages):
        if message["role"] == "assistant":
            answered += 1
        found = SCENE.findall(text(message)) if message["role"] == "user" else []
        if found:
            scene, word = found[-1]
            script = scenes(folder, word).get(scene, [])
            return script[answered] if answered < len(script) else say("There is no more to do.")
    return say("Which scene?")


def text(message):
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def completion(request, step):
    count = len(request.get("messages", []))
    message = {"role": "assistant", "content": step.get("text")}
    if "tool" in step:
        function = {"name": step["tool"], "arguments": json.dumps(step["arguments"])}
        call = f"call_{time.monotonic_ns()}"
        message["tool_calls"] = [{"id": call, "type": "function", "function": function}]
    return {
        "id": f"chatcmpl-{time.monotonic_ns()}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": request.get("model", "gpt-4o"),
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if "tool" in step else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 100 + count,
            "completion_tokens": 20,
            "total_tokens": 120 + count,
        },
    }
