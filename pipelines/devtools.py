"""A headless Chromium, driven over its DevTools protocol on a pair of pipes: nothing but Python's own library."""

import base64
import json
import os
import select
import shutil
import subprocess
import struct
import tempfile
import time
import zlib


class Browser:
    """One browser with one page."""

    def __init__(self, executable):
        self.profile = tempfile.mkdtemp(prefix="srar-chromium-")
        to_browser, self.requests = os.pipe()
        self.replies, from_browser = os.pipe()

        def take_pipes():
            # The browser reads requests from descriptor 3 and writes replies to 4. Both are moved out of the way first.
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen(
            [executable, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-dev-shm-usage", f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=take_pipes, close_fds=False)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.events = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(20)
        except (subprocess.TimeoutExpired, OSError, TimeoutError):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, seconds=120, **parameters):
        """Asks the browser and waits for its answer; events that come before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.requests, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + seconds
        while True:
            reply = self.receive(deadline)
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']['message']}")
                return reply["result"]
            self.events.append(reply)

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.replies], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            self.buffer += os.read(self.replies, 1 << 16)
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def run(self, expression):
        """The value of an expression in the page; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def open(self, url, condition="document.documentElement?.dataset.ready === 'yes'"):
        """Loads a page and waits until the condition holds in it."""
        self.events.clear()
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        self.wait(condition)

    def wait(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.run(condition):
                return
            time.sleep(0.05)
        raise TimeoutError(f"waited in vain for {condition}")

    def complaints(self):
        """What the console, the log and the policy complained of, and exceptions that nobody caught."""
        self.run("1")
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"].get("exception", {}).get("description", "exception"))
            elif event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(str(parameters["args"]))
            elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(parameters["entry"]["text"])
        return found

    def requested(self):
        """Every address that the page asked for."""
        self.run("1")
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    def key(self, name, text=None):
        """Presses and lets go of a key."""
        common = {"key": name, **({"text": text} if text else {})}
        codes = {"ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Escape": 27, "Tab": 9, "End": 35, "Home": 36}
        if name in codes:
            common["windowsVirtualKeyCode"] = codes[name]
        self.call("Input.dispatchKeyEvent", type="keyDown", **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name)

    def type(self, text):
        for character in text:
            self.key(character, character)

    def size(self, width, height, is_mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_mobile)

    def media(self, medium="", scheme="light"):
        self.call("Emulation.setEmulatedMedia", media=medium, features=[{"name": "prefers-color-scheme", "value": scheme},
                                                                        {"name": "prefers-reduced-motion", "value": "reduce"}])

    def screenshot(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def picture(self, selector, width=320, scale=2):
        """What an element looks like at its left end, as PNG."""
        box = self.run(f"(() => {{const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                       " return {x: box.x + scrollX, y: box.y + scrollY, width: Math.min(box.width, " + str(width) + "), height: box.height}})()")
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**box, "scale": scale})["data"])

    def pdf(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))


def dark_pixels(png, threshold=128):
    """The dark pixels of a PNG of 8 bits a channel, row by row, each row a number with a bit for every pixel."""
    position, data = 8, b""
    while position < len(png):
        length, kind = struct.unpack(">I4s", png[position:position + 8])
        body = png[position + 8:position + 8 + length]
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
            channels = {0: 1, 2: 3, 6: 4}[color]
            if depth != 8:
                raise ValueError(f"a PNG of {depth} bits")
        elif kind == b"IDAT":
            data += body
        position += 12 + length
    raw, stride, before, rows = zlib.decompress(data), width * channels, bytearray(width * channels), []
    for row in range(height):
        line = bytearray(raw[row * (stride + 1) + 1:(row + 1) * (stride + 1)])
        unfilter(raw[row * (stride + 1)], line, before, channels)
        rows.append(int("1" + "".join("1" if line[at] < threshold else "0" for at in range(0, stride, channels)), 2))
        before = line
    return rows


def unfilter(method, line, before, channels):
    """Undoes the filter of a PNG's row (its specification, section 9)."""
    for at in range(len(line) if method else 0):
        left = line[at - channels] if at >= channels else 0
        above, corner = before[at], before[at - channels] if at >= channels else 0
        if method == 1:
            line[at] = (line[at] + left) & 255
        elif method == 2:
            line[at] = (line[at] + above) & 255
        elif method == 3:
            line[at] = (line[at] + (left + above) // 2) & 255
        else:
            guess = left + above - corner
            distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
            line[at] = (line[at] + (left, above, corner)[distances.index(min(distances))]) & 255
