"""The chat completions of OpenAI's interface, for models that play a script.

A script is a function from the messages to the next step, a dictionary:

text       what is said
reasoning  what is thought before that
calls      tools with their arguments
delay      seconds before anything is answered
pace       seconds before each word, where the answer is streamed
status     an HTTP status that is answered in place of it all
breaks     the connection is cut after the text, where the answer is streamed
"""

import json
import re
import time
from http.server import ThreadingHTTPServer

from harness import Answering

NAME = "gpt-4o"
TITLE = {"text": "A conversation of a test"}


def text(message):
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


class Model(ThreadingHTTPServer):
    """Listens on a free port of this machine and asks the script for each step."""

    def __init__(self, script):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script

    def handle_error(self, *_):
        """The server ends, or stops the agent, without waiting for answers."""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(Answering):
    def do_GET(self):
        self.answer({"object": "list", "data": [{"id": NAME, "object": "model"}]})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        request = json.loads(self.rfile.read(length) or b"{}")
        messages = request.get("messages", [])
        # Whoever offers no tools wants a title.
        step = self.server.script(messages) if request.get("tools") else TITLE
        time.sleep(step.get("delay", 0.05))
        if "status" in step:
            error = {"message": "The script answers with an error.", "type": "scripted"}
            self.answer({"error": error}, step["status"])
        elif request.get("stream"):
            self.stream(Completion(request), step)
        else:
            self.answer(Completion(request).whole(step))

    def stream(self, completion, step):
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for part in completion.parts(step):
            self.write(json.dumps(part))
        if step.get("breaks"):
            self.write(json.dumps({"error": {"message": "The stream broke.", "code": 500}}))
        else:
            self.write("[DONE]")

    def write(self, data):
        self.wfile.write(f"data: {data}\n\n".encode())


class Completion:
    """The answer to one request."""

    def __init__(self, request):
        self.head = {
            "id": f"chatcmpl-{time.monotonic_ns()}",
            "created": int(time.time()),
            "model": request.get("model", NAME),
        }
        count = len(request.get("messages", []))
        self.usage = {
            "prompt_tokens": 100 + count,
            "completion_tokens": 20,
            "total_tokens": 120 + count,
        }

    def whole(self, step):
        message = {"role": "assistant", "content": step.get("text")}
        if "reasoning" in step:
            message["reasoning_content"] = step["reasoning"]
        if "calls" in step:
            message["tool_calls"] = calls(step)
        choice = {"index": 0, "message": message, "finish_reason": reason(step)}
        return self.head | {
            "object": "chat.completion",
            "choices": [choice],
            "usage": self.usage,
        }

    def parts(self, step):
        pace = step.get("pace", 0.02)
        yield self.part({"role": "assistant", "content": ""})
        for key, words in [
            ("reasoning_content", step.get("reasoning")),
            ("content", step.get("text")),
        ]:
            for word in re.findall(r"\s*\S+\s*", words or ""):
                time.sleep(pace)
                yield self.part({key: word})
        if step.get("breaks"):
            return
        for at, call in enumerate(calls(step)):
            yield self.part({"tool_calls": [{"index": at, **call}]})
        yield self.part({}, reason(step))
        yield self.head | {
            "object": "chat.completion.chunk",
            "choices": [],
            "usage": self.usage,
        }

    def part(self, delta, reason=None):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return self.head | {"object": "chat.completion.chunk", "choices": [choice]}


def calls(step):
    return [
        {
            "id": f"call_{time.monotonic_ns()}_{at}",
            "type": "function",
            "function": {"name": tool, "arguments": json.dumps(arguments)},
        }
        for at, (tool, arguments) in enumerate(step.get("calls", []))
    ]


def reason(step):
    return "tool_calls" if "calls" in step else "stop"
