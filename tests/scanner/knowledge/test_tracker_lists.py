"""Hosts that filter lists and hosts files block as a whole."""

from scanner.knowledge.tracker_lists import Listed, tracker_hosts


def test_rules_for_whole_hosts_are_taken():
    assert tracker_hosts(
        "[Adblock Plus 2.0]\n! Title: a list\n||a.example^\n||B.example^$third-party\n"
        "||c.example^$script,important\n||d.example/pixel.gif\n/banner/ads.\nx.example##.ad\n"
    ) == Listed(("a.example", "b.example", "c.example"), others=3)


def test_rules_that_hold_on_some_sites_or_block_nothing_are_not():
    assert not tracker_hosts(
        "||a.example^$script,domain=shop.example\n||b.example^$~third-party\n"
        "||c.example^$badfilter\n||d.example^$removeparam=utm\n"
    ).hosts


def test_a_host_that_the_list_spares_is_not_blocked():
    assert tracker_hosts("||a.example^\n||b.example^\n@@||b.example^\n").hosts == ("a.example",)


def test_hosts_files_are_read_without_the_machine_itself():
    assert tracker_hosts(
        "# a list\n127.0.0.1 localhost\n127.0.0.1 localhost.localdomain\n"
        "0.0.0.0 a.example\n127.0.0.1\tb.example # why\n0.0.0.0 0.0.0.0\n"
    ).hosts == ("a.example", "b.example")


def test_a_line_of_a_hosts_file_may_name_several_hosts():
    assert tracker_hosts(
        "0.0.0.0 a.example b.example # both of Acme\n::1 ip6-localhost\n"
    ).hosts == (
        "a.example",
        "b.example",
    )


def test_a_list_of_nothing_but_hosts_is_read():
    assert tracker_hosts("# a list\na.example\n\nb.example # why\n").hosts == (
        "a.example",
        "b.example",
    )
    assert not tracker_hosts("name,category\na.example,Marketing\n").hosts


def test_hosts_beyond_ascii_are_known_as_browsers_send_them():
    assert tracker_hosts("||bücher.example^\n||stat.xn--p1ai^\n").hosts == (
        "stat.xn--p1ai",
        "xn--bcher-kva.example",
    )
