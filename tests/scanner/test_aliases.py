"""Aliases are asked for at a real name server, on loopback."""

import asyncio
import contextlib

import dns.asyncresolver
import dns.message
import dns.rrset
import pytest

from scanner.aliases import chains
from scanner.resolve import Resolution

pytestmark = pytest.mark.anyio

ZONE = {
    "maaling.butikk.no.": "butikk.eulerian.net.",
    "butikk.eulerian.net.": "eu.edge.eulerian.net.",
    "runde.butikk.no.": "runde.butikk.no.",
}


class NameServer(asyncio.DatagramProtocol):
    """Answers with the whole chain of aliases, and an address at its end."""

    def __init__(self):
        self.asked = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text()
        self.asked.append(name)
        answer = dns.message.make_response(query)
        for _ in range(4):
            if name not in ZONE:
                break
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", ZONE[name]))
            name = ZONE[name]
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "127.0.0.1"))
        self.transport.sendto(answer.to_wire(), address)


@contextlib.asynccontextmanager
async def name_server():
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield server, resolver
    finally:
        transport.close()


async def test_a_chain_is_told_step_by_step():
    async with name_server() as (_, resolver):
        found = await chains(
            ["maaling.butikk.no", "www.butikk.no", "runde.butikk.no"],
            resolution=Resolution(),
            resolver=resolver,
        )

    assert found["maaling.butikk.no"] == ("butikk.eulerian.net", "eu.edge.eulerian.net")
    assert "www.butikk.no" not in found
    assert len(found.get("runde.butikk.no", ())) <= 8


async def test_names_that_lead_elsewhere_are_not_asked_for():
    async with name_server() as (server, resolver):
        found = await chains(
            ["maaling.butikk.no", "localhost", "10.0.0.1"],
            resolution=Resolution.parse(["*.butikk.no:8443=127.0.0.1:1"]),
            resolver=resolver,
        )

    assert (found, server.asked) == ({}, [])


async def test_a_name_server_that_is_not_there_is_no_fault(monkeypatch):
    monkeypatch.setattr("scanner.aliases.LIMIT", 0.2)
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], 9

    assert await chains(["www.butikk.no"], resolution=Resolution(), resolver=resolver) == {}
