"""A headless Chromium, driven by the DevTools protocol over a pair of pipes. The standard library is enough for that."""

import base64
import json
import os
import select
import subprocess
import tempfile
import time


class Chromium:
    """The browser, with one page. What the page complains of and asks for is kept."""

    def __init__(self, executable):
        self.folder = tempfile.TemporaryDirectory(prefix="semisup-chromium-", ignore_cleanup_errors=True)
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-extensions",
                   "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe",
                   f"--user-data-dir={self.folder.name}", "about:blank"]
        # The browser reads commands from its descriptor 3 and answers on 4.
        shell = f'exec "$0" "$@" 3<&{commands} 4>&{answers} 2>/dev/null'
        self.process = subprocess.Popen(["bash", "-c", shell, executable, *options], pass_fds=[commands, answers])
        os.close(commands)
        os.close(answers)
        self.buffer, self.number, self.events = b"", 0, []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def _message(self, seconds):
        end = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready = select.select([self.answers], [], [], max(0, end - time.monotonic()))[0]
            chunk = os.read(self.answers, 1 << 20) if ready else b""
            if not chunk:
                raise SystemExit("check-report: Chromium " + ("went away" if ready else f"did not answer in {seconds} s"))
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        """What the browser answers to a command; events that come first are kept."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message(60)
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"check-report: {method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def open(self, address, width, scheme, scripts=True):
        """Loads a page in a window `width` wide that prefers a colour scheme."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events.clear()
        self.call("Page.navigate", url=address)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._message(60))

    def value(self, expression):
        """What an expression comes to in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"check-report: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def complaints(self, address):
        """Errors and warnings of the page, and what it asked the network for."""
        found = []
        for event in self.events:
            method, about = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                found.append("exception: " + about["exceptionDetails"].get("exception", {}).get("description", "?"))
            elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
                found.append(f"console: {about['args']}")
            elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
                found.append("log: " + about["entry"]["text"])
            elif method == "Network.requestWillBeSent":
                url = about["request"]["url"]
                if url != address and not url.startswith("data:"):
                    found.append("request: " + url)
        return found

    def picture(self, path, clip=None):
        """Writes the page as PNG: the whole, or `clip`, (left, top, width, height)."""
        part = dict(clip=dict(zip(["x", "y", "width", "height"], clip), scale=1)) if clip else {}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, **part)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
