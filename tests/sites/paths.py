"""A host made of paths: what each answers, and what was asked of it."""

import msgspec


class Answer(msgspec.Struct, frozen=True):
    body: str | bytes = ""
    cookies: tuple[str, ...] = ()  # lines of Set-Cookie
    headers: dict[str, str] = {}
    status: int = 200
    kind: str = "text/html; charset=utf-8"


class Host:
    """An ASGI application. What has no answer is a 404, also robots.txt."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []  # (path with query, headers)

    @property
    def paths(self):
        return [path for path, _ in self.asked]

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept", "headers": [(b"set-cookie", b"socket=1")]})
            await send({"type": "websocket.close"})
            return
        query = scope["query_string"].decode()
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        self.asked.append((scope["path"] + (f"?{query}" if query else ""), headers))
        answer = self.answers.get(scope["path"], Answer("nothing here", status=404))
        if isinstance(answer, str):
            answer = Answer(answer)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        lines = [("content-type", answer.kind), *answer.headers.items()]
        lines += [("set-cookie", cookie) for cookie in answer.cookies]
        raw = [(key.encode(), value.encode()) for key, value in lines]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def script(body, **options):
    return Answer(body, kind="text/javascript", **options)
