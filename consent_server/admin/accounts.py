"""The accounts of people in the database: names, password hashes, roles."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from consent_server.admin import passwords
from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import (
    ALL_SITES,
    Account,
    Invitation,
    Person,
    Role,
    account_name,
)
from consent_server.admin.trail import Trail
from scanner.database import open_database, writing_alone
from scanner.tables import account, from_milliseconds, invitation, role, session, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, Engine

INVITED = dt.timedelta(days=3)  # how long an invitation stands


class Proven(NamedTuple):
    """An account whose password somebody knew, and the hash that it was held against."""

    name: str
    kept: str


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@contextlib.contextmanager
def open_accounts(address: str) -> Iterator[tuple[Accounts, Trail]]:
    """Open the accounts, and the trail, in the database at *address* until the block ends."""
    engine = open_database(address)
    try:
        yield Accounts(engine), Trail(engine)
    finally:
        engine.dispose()


class Accounts:
    """The accounts in *engine*'s database. Each method is one transaction."""

    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime] = _now) -> None:
        self._engine = engine
        self._clock = clock

    def all(self) -> tuple[Account, ...]:
        """Return all accounts, by name."""
        with self._engine.connect() as connection:
            names = connection.execute(select(account.c.name).order_by(account.c.name)).scalars()
            return tuple(self._account(connection, name) for name in names)

    def get(self, name: str) -> Account | None:
        """Return the account *name*, if there is one."""
        with self._engine.connect() as connection:
            return self._account(connection, name) if _known(connection, name) else None

    def any(self) -> bool:
        """Return whether there is an account at all."""
        with self._engine.connect() as connection:
            return bool(connection.scalar(select(exists().select_from(account))))

    def add(self, name: str, *, roles: Mapping[str, Role], password: str | None) -> str:
        """
        Make an account; return its name as it is kept.

        Args:
            name: In any spelling; see `account_name`.
            password: None: it signs in by an invitation or by the provider.

        Raises:
            Mistake: If there is one already, or name or password will not do.
        """
        name = account_name(name)
        kept = None if password is None else _hashed(password, name=name)
        try:
            with writing_alone(self._engine) as connection:
                connection.execute(
                    insert(account).values(
                        name=name, password=kept, created_at=to_milliseconds(self._clock())
                    )
                )
                for site, given in roles.items():
                    _grant(connection, name, site, given)
        except IntegrityError as exc:
            raise Mistake("account_there", name=name) from exc
        return name

    def remove(self, name: str) -> None:
        """
        Take the account *name* away, with its sessions.

        Raises:
            Mistake: If there is none, or nobody could manage accounts any more.
        """
        with writing_alone(self._engine) as connection:
            self._must_know(connection, name)
            for table in (role, session, invitation):
                connection.execute(delete(table).where(table.c.account == name))
            connection.execute(delete(invitation).where(invitation.c.inviter == name))
            connection.execute(delete(account).where(account.c.name == name))
            _keep_an_owner(connection)
            _end_invitations(connection)

    def grant(self, name: str, site: str, given: Role | None) -> None:
        """
        Give the account *name* a role at *site*, in place of the one it had; None: none.

        Raises:
            Mistake: If there is no such account, or nobody could manage accounts any more.
        """
        with writing_alone(self._engine) as connection:
            self._must_know(connection, name)
            _grant(connection, name, site, given)
            _keep_an_owner(connection)
            _end_invitations(connection)

    def set_password(self, name: str, password: str) -> None:
        """
        Give the account *name* another password, and end its sessions.

        Raises:
            Mistake: If there is no such account, or the password will not do.
        """
        kept = _hashed(password, name=name)
        with writing_alone(self._engine) as connection:
            self._must_know(connection, name)
            _keep_password(connection, name, kept)

    def with_password(self, name: str, password: str) -> Proven | None:
        """Return whose account *name* is if *password* is its own; takes as long if it is not."""
        try:
            name = account_name(name)
        except Mistake:
            name = ""
        with self._engine.connect() as connection:
            kept = connection.scalar(select(account.c.password).where(account.c.name == name))
        if not passwords.fits(password, kept):
            return None
        assert kept is not None, "nobody's password fits nothing"
        if passwords.outdated(kept):
            again = passwords.hashed(password)
            with writing_alone(self._engine) as connection:
                same = (account.c.name == name) & (account.c.password == kept)
                if connection.execute(update(account).where(same).values(password=again)).rowcount:
                    kept = again
        return Proven(name, kept)

    def with_subject(self, issuer: str, subject: str, *, email: str | None) -> Account | None:
        """
        Return the account of somebody whom the provider *issuer* knows as *subject*.

        Args:
            email: The address that the provider has verified; the account of that name is bound
                to *subject* at its first sign-in, and from then on the address does not count.
        """
        who = (account.c.issuer == issuer) & (account.c.subject == subject)
        with writing_alone(self._engine) as connection:
            name = connection.scalar(select(account.c.name).where(who))
            if name is None and email is not None:
                free = (account.c.name == email) & account.c.subject.is_(None)
                bound = update(account).where(free).values(issuer=issuer, subject=subject)
                name = email if connection.execute(bound).rowcount else None
        return None if name is None else self.get(name)

    def invite(self, name: str, *, by: str) -> str:
        """
        Return a secret with which the account *name* may choose a password, once.

        It stands in place of the one before, and as long as the account *by* is owner of all that
        *name* has a role at: who may no longer let in, or could not have given what others gave
        since, shall not come in by a link of her own.

        Raises:
            Mistake: If there is no such account.
        """
        secret = secrets.token_urlsafe(24)
        until = to_milliseconds(self._clock() + INVITED)
        with writing_alone(self._engine) as connection:
            self._must_know(connection, name)
            connection.execute(delete(invitation).where(invitation.c.account == name))
            connection.execute(
                insert(invitation).values(
                    digest=_digest(secret), account=name, until=until, inviter=by
                )
            )
        return secret

    def invited(self, secret: str, *, sites: Collection[str]) -> str | None:
        """
        Return whose invitation *secret* is; None: nobody's, or it does not stand any more.

        Args:
            sites: Those that there are: what only sites that left let in to lets nobody in.
        """
        with self._engine.connect() as connection:
            return self._invited(connection, secret, sites)

    def accept(self, secret: str, password: str, *, sites: Collection[str]) -> str | None:
        """
        Give who was invited with *secret* this *password*; return her name.

        Returns:
            None: The invitation does not stand any more; see `invited`.

        Raises:
            Mistake: If the password will not do.
        """
        name = self.invited(secret, sites=sites)
        if name is None:
            return None
        kept = _hashed(password, name=name)
        with writing_alone(self._engine) as connection:
            if self._invited(connection, secret, sites) != name:
                return None
            own = delete(invitation).where(invitation.c.digest == _digest(secret))
            if connection.execute(own).rowcount == 0:  # somebody was quicker
                return None
            _keep_password(connection, name, kept)
        return name

    def revoke(self, name: str) -> None:
        """Take back the invitation of the account *name*, if there is one."""
        with writing_alone(self._engine) as connection:
            connection.execute(delete(invitation).where(invitation.c.account == name))

    def _invited(self, connection: Connection, secret: str, sites: Collection[str]) -> str | None:
        own = invitation.c.digest == _digest(secret)
        for row in connection.execute(select(invitation).where(own, self._is_open())):
            name: str = row.account
            if row.inviter is None:
                return name
            given = _roles(connection, name)
            if _covers(_roles(connection, row.inviter), given) and any(
                site in (ALL_SITES, *sites) for site in given
            ):
                return name
        return None

    def _is_open(self) -> ColumnElement[bool]:
        return invitation.c.until > to_milliseconds(self._clock())

    def _must_know(self, connection: Connection, name: str) -> None:
        if not _known(connection, name):
            raise Mistake("account_unknown", name=name)

    def _account(self, connection: Connection, name: str) -> Account:
        row = connection.execute(select(account).where(account.c.name == name)).one()
        own = (invitation.c.account == name) & self._is_open()
        made = connection.execute(select(invitation).where(own)).first()
        open_now = (session.c.account == name) & (session.c.until > to_milliseconds(self._clock()))
        sessions = connection.scalar(select(func.count()).select_from(session).where(open_now))
        return Account(
            name=name,
            roles=_roles(connection, name),
            created_at=from_milliseconds(row.created_at),
            has_password=row.password is not None,
            provider=row.issuer,
            sessions=sessions or 0,
            invitation=None
            if made is None
            else Invitation(by=made.inviter, until=from_milliseconds(made.until)),
        )


def _known(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(select(exists().where(account.c.name == name))))


def _roles(connection: Connection, name: str) -> dict[str, Role]:
    """Return the roles of the account *name*, by site."""
    own = select(role).where(role.c.account == name).order_by(role.c.site)
    return {each.site: Role(each.role) for each in connection.execute(own)}


def _covers(maker: Mapping[str, Role], given: Mapping[str, Role]) -> bool:
    """Return whether who has the roles *maker* may give, and take, all that is *given*."""
    person = Person(name="", roles=dict(maker))
    return bool(given) and all(person.may(Role.OWNER, site) for site in given)


def _end_invitations(connection: Connection) -> None:
    """End the invitations that their makers could not make any more."""
    made = select(invitation).where(invitation.c.inviter.is_not(None))
    for row in connection.execute(made).all():
        if not _covers(_roles(connection, row.inviter), _roles(connection, row.account)):
            connection.execute(delete(invitation).where(invitation.c.digest == row.digest))


def _keep_password(connection: Connection, name: str, kept: str) -> None:
    """Keep the hash of another password; sessions and invitations that there were end."""
    connection.execute(update(account).where(account.c.name == name).values(password=kept))
    for table in (session, invitation):
        connection.execute(delete(table).where(table.c.account == name))


def _grant(connection: Connection, name: str, site: str, given: Role | None) -> None:
    connection.execute(delete(role).where(role.c.account == name, role.c.site == site))
    if given is not None:
        connection.execute(insert(role).values(account=name, site=site, role=given.value))


def _keep_an_owner(connection: Connection) -> None:
    """Refuse what would leave nobody who could let anybody in."""
    owners = (role.c.site == ALL_SITES) & (role.c.role == Role.OWNER.value)
    if not connection.scalar(select(exists().where(owners))):
        raise Mistake("last_owner")


def _hashed(password: str, *, name: str) -> str:
    passwords.check(password, name=name)
    return passwords.hashed(password)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
