"""Accounts are kept with the hash of a good password, and somebody always stays owner."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, update

from consent_server.admin import passwords
from consent_server.admin.accounts import INVITED, Accounts
from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import MAX_NAME, Invitation, Person, Role, account_name
from consent_server.admin.sessions import Sessions
from scanner.database import open_database
from scanner.errors import AccountInvalid
from scanner.tables import invitation, role

PASSWORD = "korrekt hest batteri"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def engine(database):
    engine = open_database(database)
    yield engine
    engine.dispose()


@pytest.fixture
def accounts(engine):
    found = Accounts(engine, clock=lambda: NOW)
    found.add("eier@example.no", roles={"*": Role.OWNER}, password=PASSWORD)
    return found


def test_an_account_signs_in_with_its_password_in_any_spelling_of_its_name(accounts):
    accounts.add(" Kari@Example.NO ", roles={"shop": Role.READER}, password="en annen setning")

    found = accounts.with_password("KARI@example.no", "en annen setning")

    kari = accounts.get("kari@example.no")
    assert found.name == kari.name == "kari@example.no"
    assert kari.roles == {"shop": Role.READER}
    assert kari.created_at == NOW
    assert accounts.with_password("kari@example.no", PASSWORD) is None
    assert accounts.with_password("nobody@example.no", PASSWORD) is None
    assert accounts.with_password("", PASSWORD) is None
    assert [account.name for account in accounts.all()] == ["eier@example.no", "kari@example.no"]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elleve tegn", "12 to 256"),
        ("x" * 257, "12 to 256"),
        ("aaaaaaaaaaaabbbb", "easily guessed"),
        ("kari.nordmann", "easily guessed"),
    ],
)
def test_a_weak_password_is_refused_in_words(accounts, password, reason):
    with pytest.raises(AccountInvalid, match=reason):
        accounts.add("kari.nordmann@example.no", roles={}, password=password)

    assert accounts.get("kari.nordmann@example.no") is None


@pytest.mark.parametrize("name", ["", "  ", "kari nordmann", "kari\x00", "x" * (MAX_NAME + 1)])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(AccountInvalid):
        account_name(name)


def test_no_two_accounts_have_one_name(accounts):
    with pytest.raises(AccountInvalid, match="already"):
        accounts.add("EIER@example.no", roles={}, password=PASSWORD)


def test_somebody_always_stays_owner_of_all_sites(accounts):
    with pytest.raises(AccountInvalid, match="stay owner"):
        accounts.remove("eier@example.no")
    with pytest.raises(AccountInvalid, match="stay owner"):
        accounts.grant("eier@example.no", "*", Role.READER)
    assert accounts.get("eier@example.no").roles == {"*": Role.OWNER}

    accounts.add("ny@example.no", roles={"*": Role.OWNER}, password=None)
    accounts.remove("eier@example.no")

    assert accounts.get("eier@example.no") is None
    assert accounts.with_password("eier@example.no", PASSWORD) is None


def test_a_role_is_given_in_place_of_the_one_before_and_taken(accounts):
    accounts.add("kari", roles={"shop": Role.READER}, password=None)

    accounts.grant("kari", "shop", Role.EDITOR)
    accounts.grant("kari", "other", Role.READER)
    assert accounts.get("kari").roles == {"other": Role.READER, "shop": Role.EDITOR}

    accounts.grant("kari", "shop", None)
    assert accounts.get("kari").roles == {"other": Role.READER}
    with pytest.raises(AccountInvalid, match="no account"):
        accounts.grant("ola", "shop", Role.READER)


def test_another_password_ends_the_sessions_of_the_account_alone(accounts, engine):
    sessions = Sessions(engine, clock=lambda: NOW)
    accounts.add("kari", roles={}, password=PASSWORD)
    own, foreign = (sessions.begin(name) for name in ("kari", "eier@example.no"))
    assert accounts.get("kari").sessions == 1

    accounts.set_password("kari", "en annen setning")

    assert sessions.who(own) is None
    assert sessions.who(foreign) == ("eier@example.no", None)
    assert accounts.with_password("kari", "en annen setning") is not None
    assert accounts.with_password("kari", PASSWORD) is None


def test_an_invitation_stands_for_three_days_and_until_it_is_used(engine):
    now = [NOW]
    accounts = Accounts(engine, clock=lambda: now[0])
    accounts.add("eier", roles={"*": Role.OWNER}, password=None)
    accounts.add("kari", roles={"shop": Role.READER}, password=None)
    there = {"sites": {"shop"}}

    first, second = accounts.invite("kari", by="eier"), accounts.invite("kari", by="eier")
    assert accounts.invited(first, **there) is None
    assert accounts.invited(second, **there) == "kari"
    assert accounts.get("kari").invitation == Invitation(by="eier", until=NOW + INVITED)
    now[0] = NOW + INVITED
    assert accounts.invited(second, **there) is None
    assert accounts.accept(second, PASSWORD, **there) is None
    assert accounts.get("kari").invitation is None
    third = accounts.invite("kari", by="eier")
    with pytest.raises(AccountInvalid, match="12 to 256"):
        accounts.accept(third, "kort", **there)
    assert accounts.accept(third, PASSWORD, **there) == "kari"
    assert accounts.accept(third, "en annen setning", **there) is None
    assert accounts.with_password("kari", PASSWORD) is not None
    fourth = accounts.invite("kari", by="eier")
    accounts.set_password("kari", PASSWORD)
    assert accounts.invited(fourth, **there) is None
    fifth = accounts.invite("kari", by="eier")
    accounts.revoke("kari")
    assert accounts.invited(fifth, **there) is None


@pytest.fixture
def invited(accounts):
    """Return whether the link stands with which butikk, owner of shop, has invited kari."""
    accounts.add("butikk", roles={"shop": Role.OWNER}, password=PASSWORD)
    accounts.add("kari", roles={"shop": Role.READER}, password=None)
    secret = accounts.invite("kari", by="butikk")
    return lambda sites=("shop", "other"): accounts.invited(secret, sites=sites) == "kari"


def test_an_invitation_ends_with_the_right_of_who_made_it(accounts, invited):
    accounts.grant("butikk", "other", Role.OWNER)
    assert invited()

    accounts.grant("butikk", "shop", Role.EDITOR)

    assert not invited()
    assert accounts.get("kari").invitation is None
    accounts.grant("butikk", "shop", Role.OWNER)  # the right comes back, the link does not
    assert not invited()


def test_an_invitation_ends_with_the_account_of_who_made_it(accounts, invited):
    accounts.remove("butikk")
    accounts.add("butikk", roles={"shop": Role.OWNER}, password=PASSWORD)

    assert not invited()


def test_an_invitation_lets_in_to_nothing_that_its_maker_could_not_give(accounts, invited):
    """Else she would come, by a link of her own, to what somebody else gave since."""
    accounts.grant("kari", "other", Role.EDITOR)

    assert not invited()
    assert accounts.get("kari").invitation is None


def test_an_invitation_ends_with_what_it_let_in_to(accounts, invited):
    accounts.grant("kari", "shop", None)
    accounts.grant("kari", "shop", Role.READER)

    assert not invited()


def test_an_invitation_to_a_site_that_left_is_none(invited):
    assert not invited(sites=("other",))
    assert invited()


def test_a_right_that_ends_while_an_invitation_is_made_is_seen_when_it_is_used(engine, invited):
    with engine.begin() as connection:  # as by a process that did not see the invitation yet
        connection.execute(delete(role).where(role.c.account == "butikk"))

    assert not invited()


def test_an_invitation_from_before_stands_to_its_end(accounts, engine, invited):
    with engine.begin() as connection:  # nobody can know whose it was
        connection.execute(update(invitation).values(inviter=None))
    accounts.grant("butikk", "shop", None)

    assert invited()
    assert accounts.get("kari").invitation.by is None


def test_a_provider_s_subject_is_bound_at_the_first_sign_in(accounts):
    accounts.add("kari@example.no", roles={}, password=None)
    issuer = "https://id.example"

    assert accounts.with_subject(issuer, "s1", email=None) is None
    assert accounts.with_subject(issuer, "s1", email="ola@example.no") is None
    assert accounts.with_subject(issuer, "s1", email="kari@example.no").provider == issuer

    assert accounts.with_subject(issuer, "s1", email=None).name == "kari@example.no"
    assert accounts.with_subject(issuer, "s2", email="kari@example.no") is None
    assert accounts.with_subject("https://evil.example", "s1", email=None) is None


def test_a_password_that_was_told_before_it_was_changed_begins_no_session(accounts, engine):
    sessions = Sessions(engine)
    accounts.add("kari", roles={}, password=PASSWORD)
    told = accounts.with_password("kari", PASSWORD)
    assert sessions.begin(told.name, kept=told.kept) is not None

    accounts.set_password("kari", "en annen setning")

    assert sessions.begin(told.name, kept=told.kept) is None
    accounts.remove("kari")
    assert sessions.begin("kari") is None
    accounts.add("kari", roles={}, password=None)
    assert accounts.get("kari").sessions == 0


def test_of_two_owners_who_take_each_other_away_at_once_one_stays(accounts):
    accounts.add("a", roles={"*": Role.OWNER}, password=None)
    accounts.remove("eier@example.no")
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            for name in ("a", "b"):
                if accounts.get(name) is None:
                    accounts.add(name, roles={"*": Role.OWNER}, password=None)
            begin = threading.Barrier(2)

            def take_away(name, begin=begin):
                begin.wait()
                try:
                    accounts.remove(name)
                except Mistake as exc:
                    return exc.key
                return "removed"

            done = sorted(pool.map(take_away, ("a", "b")))

            assert done == ["last_owner", "removed"]
            assert len(accounts.all()) == 1


def test_of_a_password_only_its_argon2_hash_is_on_disk(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    accounts = Accounts(engine)
    accounts.add("kari", roles={}, password=PASSWORD)
    invited = accounts.invite("kari", by="eier")
    session = Sessions(engine).begin("kari")
    engine.dispose()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"$argon2id$" in kept
    for secret in (PASSWORD, invited, session):
        assert secret.encode() not in kept


def test_a_hash_with_weaker_parameters_is_renewed_when_its_owner_signs_in(
    accounts, engine, monkeypatch
):
    import argon2

    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "hashed", weak.hash)
        accounts.add("kari", roles={}, password=PASSWORD)

    assert accounts.with_password("kari", PASSWORD) is not None

    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT password FROM account WHERE name='kari'")
        assert not passwords.outdated(kept.scalar_one())
    assert accounts.with_password("kari", PASSWORD) is not None


def test_the_larger_of_two_roles_counts():
    person = Person(name="kari", roles={"*": Role.READER, "shop": Role.EDITOR})

    assert person.role_at("shop") is Role.EDITOR
    assert person.role_at("other") is Role.READER
    assert person.may(Role.READER, "other")
    assert not person.may(Role.EDITOR, "other")
    assert person.somewhere(Role.EDITOR)
    assert not person.somewhere(Role.OWNER)
    assert Person(name="ola", roles={"shop": Role.OWNER}).role_at("other") is None
