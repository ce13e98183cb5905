"""Chromium without a window, driven over a pipe in the DevTools protocol: as wide as asked, with or without scripts."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => {
  violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""


AS_THREE_AND_FOUR = """
import os, sys
os.dup2(int(sys.argv[1]), 200), os.dup2(int(sys.argv[2]), 201)
os.dup2(200, 3), os.dup2(201, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Gives a new process its ends of the pipes under the numbers at which chromium looks for them."""


class Browser:
    """One tab. ``width`` and ``height`` in CSS pixels."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._number, self._rest = 0, b""
        self._session = ""
        self._events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Page.enable")
        self.send("Page.addScriptToEvaluateOnNewDocument", source=VIOLATIONS)

    def look_like(self, width: int, height: int, *, dark: bool = False, scripts: bool = True) -> None:
        """Be as wide as a phone or a desk, light or dark, with or without scripts."""
        mobile = width < 700
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, url: str) -> None:
        """Go to a page, and wait until it has loaded."""
        self._events.clear()
        self.send("Page.navigate", url=url)
        self.loaded()

    def run_strange_scripts(self) -> None:
        """Let scripts of the tests run on pages whose policy forbids strangers'."""
        self.send("Page.setBypassCSP", enabled=True)

    def loaded(self) -> None:
        """Wait until the page that is on its way has loaded."""
        self._until(lambda: any(one.get("method") == "Page.loadEventFired" for one in self._events))

    def about_to_leave(self) -> None:
        """Forget the page before, so that :meth:`loaded` waits for the next one."""
        self._events.clear()

    def ask(self, expression: str) -> Any:
        """The value of an expression on the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key."""
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text: str) -> None:
        """Type into the field that has the focus."""
        self.send("Input.insertText", text=text)

    def wait_for(self, expression: str) -> None:
        """Wait until an expression holds on the page."""
        self._until(lambda: bool(self.ask(expression)))

    def picture(self, target: Path, *, whole: bool = True) -> None:
        """Take a picture of all of the page, or of what stands in the window."""
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        target.write_bytes(base64.b64decode(shot["data"]))

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        number = self._number
        answers: list[dict[str, Any]] = []

        def has_answer() -> bool:
            answers.extend(one for one in self._events if one.get("id") == number)
            return bool(answers)

        self._until(has_answer)
        self._events = [one for one in self._events if "id" not in one]
        assert "error" not in answers[0], answers[0]
        result: dict[str, Any] = answers[0]["result"]
        return result

    def _until(self, condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < ends, "the browser does not answer"
            if select.select([self._reading], [], [], 0.05)[0]:
                *whole, self._rest = (self._rest + os.read(self._reading, 1_000_000)).split(b"\0")
                self._events += map(json.loads, whole)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser of its own, ended with the block."""
    assert CHROMIUM is not None
    (ours, write), (read, theirs) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", AS_THREE_AND_FOUR, str(read), str(write)),
                *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *("--remote-debugging-pipe", f"--user-data-dir={profile}"),
            ],
            pass_fds=(read, write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        try:
            yield Browser(ours, theirs)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            os.close(ours)
            os.close(theirs)
