"""Who holds too many lines open gets no more, and nobody else notices."""

import resource

import pytest

from consent_server.lines import KEPT_FILES, Crowd
from consent_server.proxy import Proxies


def test_one_network_cannot_take_all_lines():
    crowd = Crowd(of_network=2)

    assert [crowd.enter(f"81.0.2.{n}") for n in range(3)] == [True, True, False]
    assert crowd.enter("81.0.3.1")
    crowd.leave("81.0.2.0")
    assert crowd.enter("81.0.2.9")
    assert not crowd.enter("81.0.2.9")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "81.0.2.80", "not an address", None])
def test_behind_a_proxy_nobody_is_counted(address):
    crowd = Crowd(of_network=1, proxies=Proxies(["81.0.2.80"]))

    assert all(crowd.enter(address) for _ in range(3))


def test_there_is_always_room_for_the_files_of_the_server_itself():
    crowd = Crowd(most=2)
    assert [crowd.enter(None) for _ in range(3)] == [True, True, False]
    crowd.leave(None)
    assert crowd.enter(None)

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (KEPT_FILES + 3, before[1]))
        Crowd.of_process(proxies=())
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > KEPT_FILES + 3
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
