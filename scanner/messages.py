"""Tell the owner what is new: by webhook, by a Slack-compatible hook, by e-mail."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import httpx2 as httpx
import msgspec
import structlog

from scanner.news import signature

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scanner.model import Notify
    from scanner.news import Message

log = structlog.get_logger()

TIMEOUT = 10.0  # seconds for one attempt
PAUSES = (1.0, 5.0)  # seconds before the second and the third attempt


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """How messages leave this machine."""

    secret: str | None = None  # signs webhooks; None: they are not signed
    smtp: str | None = None  # smtp://[user:password@]host[:port] or smtps://…
    sender: str | None = None  # address that e-mails come from


class SmtpInvalid(ValueError):
    """The address of the mail server cannot be used."""


async def send(
    message: Message,
    notify: Notify,
    *,
    post: Post,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.time,
) -> tuple[str, ...]:
    """
    Send *message* to everybody whom *notify* names; return what could not be sent, in words.

    A hook that cannot be reached, or that answers with a 5xx or 429, is tried three times.
    """
    failed: list[str | None] = []
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
        body = message.payload
        headers = {"Content-Type": "application/json"}
        if post.secret is not None:
            headers["Kapsel-Signature"] = signature(body, secret=post.secret, time=int(clock()))
        failed += [await _hook(client, url, body, headers, pause) for url in notify.webhook]
        words = msgspec.json.encode({"text": _slack(f"{message.title}\n{message.text}")})
        plain = {"Content-Type": "application/json"}
        failed += [await _hook(client, url, words, plain, pause) for url in notify.slack]
    if notify.email:
        failed.append(await _mail(message, notify.email, post))
    problems = tuple(problem for problem in failed if problem is not None)
    log.info("message sent", site=message.site, failed=len(problems))
    return problems


def _slack(words: str) -> str:
    """Return *words* so that a stranger's cookie name calls nobody: Slack's own three signs."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def _hook(
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: dict[str, str],
    pause: Callable[[float], Awaitable[None]],
) -> str | None:
    """Post *body* to *url*; return what went wrong, in words."""
    where = urlsplit(url).hostname  # the path of a hook is its secret
    problem = ""
    for seconds in (*PAUSES, None):
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError as exc:
            problem = f"{where} cannot be reached: {exc or type(exc).__name__}"
        else:
            if answer.is_success:
                return None
            problem = f"{where} answered {answer.status_code}"
            if answer.status_code < 500 and answer.status_code != 429:
                return problem
        if seconds is not None:
            await pause(seconds)
    return problem


async def _mail(told: Message, receivers: tuple[str, ...], post: Post) -> str | None:
    if post.smtp is None:
        return "no e-mail was sent: name the mail server with --smtp"
    mail = EmailMessage()
    mail["Subject"] = f"Kapsel: {told.title}"
    mail["From"] = post.sender or f"kapsel@{socket.getfqdn()}"
    mail["To"] = ", ".join(receivers)
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = make_msgid(domain="kapsel.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(told.text)
    try:
        await asyncio.to_thread(_send, mail, post.smtp)
    except (OSError, smtplib.SMTPException, SmtpInvalid) as exc:
        return f"the e-mail was not sent: {exc}"
    return None


def _send(message: EmailMessage, smtp: str) -> None:
    """Hand *message* to the mail server; a password is only ever sent under TLS."""
    try:
        parts = urlsplit(smtp)
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise SmtpInvalid(f"the address of the mail server is wrong: {exc}") from exc
    if parts.scheme not in ("smtp", "smtps") or not host:
        raise SmtpInvalid("write the mail server as smtp://host:587 or smtps://host")
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif parts.scheme == "smtp" and parts.username:
            raise SmtpInvalid(f"{host} offers no TLS, so the password was not sent to it")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
