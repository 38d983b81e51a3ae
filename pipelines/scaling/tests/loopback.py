"""Judge servers on loopback, each with a latency and so many slots, on one thread beside the test."""

import asyncio
import json
import threading


class Loopback:
    """Servers that answer chat completions with a verdict on each of the items 1 to 5; others than `slots` requests queue."""

    def __init__(self, servers: int, latency_seconds: float, slots: int, used_tokens: int = 980):
        self.latency, self.used_tokens = latency_seconds, used_tokens
        self.asked = [0] * servers
        self.prompt_bytes: list[int] = []
        self.loop = asyncio.new_event_loop()
        self.slots = [asyncio.Semaphore(slots) for _ in range(servers)]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.listening = asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result()
        self.urls = [f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1" for server in self.listening]
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        for server in self.listening:
            server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0.01))
        self.loop.close()

    async def listen(self) -> list[asyncio.Server]:
        def answering(number: int):
            return lambda reader, writer: self.answer(number, reader, writer)

        return [await asyncio.start_server(answering(number), "127.0.0.1", 0) for number in range(len(self.asked))]

    async def answer(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                request = json.loads(await reader.readexactly(length))
                self.asked[number] += 1
                self.prompt_bytes.append(sum(len(message["content"].encode()) for message in request["messages"]))
                async with self.slots[number]:
                    await asyncio.sleep(self.latency)
                writer.write(self.reply(request))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    def reply(self, request: dict) -> bytes:
        # The schema names the code that a reply begins with.
        code = request["response_format"]["json_schema"]["schema"]["properties"]["code"]["enum"][0]
        verdicts = [{"id": item, "satisfied": True, "step": 1} for item in range(1, 6)]
        message = {"role": "assistant", "content": json.dumps({"code": code, "verdicts": verdicts})}
        body = json.dumps(
            {
                "choices": [{"message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": self.used_tokens - 80, "completion_tokens": 80},
            }
        ).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
