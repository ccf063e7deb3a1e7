"""Errors that a caller can act on. The command line prints the text and leaves with *status*.

* KapselError            status 1: something could not be done
  + SitesInvalid         status 2: sites.yaml cannot be used; every mistake with its line
  + SitesNotSaved        sites.yaml cannot be changed; the text says what to do by hand
  + UnknownSite          status 2: there is no such site in sites.yaml
  + VariableMissing      status 2: sites.yaml names an environment variable that is not set
  + KnowledgeInvalid     status 2: a knowledge file cannot be used; every mistake with its place
  + ResolveInvalid       status 2: a --resolve rule is malformed
  + BrowserMissing       no Chromium on this machine; says how to get one
  + BannerRulesUnusable  the rules for banners cannot be fetched, or are not those that were pinned
  + BrowserUnfit         the browser loses cookies that a visitor's would keep
  + EvidenceUnwritable   the evidence folder cannot be written
  + DatabaseUnusable     the database cannot be opened, or is of a newer version of Kapsel
  + ScanRunning          a scan of that site is under way already
  + AccountInvalid       status 2: an account cannot be made or changed like this
  + QuestionInvalid      status 2: a filter, cursor or limit put to the log makes no sense
  + DecisionInvalid      what a visitor's browser sent is not a decision
  + DecisionConflict     another decision is already stored under that id
  + TooMany              one network has sent too many decisions; try again later
  + LogUnavailable       the log cannot store or answer just now; try again
"""

from __future__ import annotations


class KapselError(Exception):
    """Base of all our errors: the command line prints it in one line and exits."""

    status = 1


class SitesInvalid(KapselError):
    """sites.yaml cannot be used; *mistakes* has one line of text for each reason."""

    status = 2

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class SitesNotSaved(KapselError):
    """sites.yaml cannot be changed; the text says why, or what to write there by hand."""


class UnknownSite(KapselError):
    """There is no such site; the text names those that there are."""

    status = 2


class VariableMissing(KapselError):
    """An environment variable that sites.yaml names is not set; the text says which."""

    status = 2


class KnowledgeInvalid(KapselError):
    """A knowledge file cannot be used; *mistakes* has one line of text for each reason."""

    status = 2

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class ResolveInvalid(KapselError):
    """A rule of --resolve is malformed; the text says which, and what is expected."""

    status = 2


class BrowserMissing(KapselError):
    """No Chromium was found; the text says how to get one."""


class BannerRulesUnusable(KapselError):
    """The rules for banners cannot be fetched, were changed, or are not those that were pinned."""


class BrowserUnfit(KapselError):
    """The browser silently loses cookies, so that a scan would report too few."""


class EvidenceUnwritable(KapselError):
    """The evidence folder of a scan cannot be made or written; the scan itself is kept."""


class DatabaseUnusable(KapselError):
    """The database cannot be opened, is busy or damaged, or was written by a newer Kapsel."""


class ScanRunning(KapselError):
    """A scan of that site is under way already; wait for its end."""


class AccountInvalid(KapselError):
    """An account of a person cannot be made or changed like this; the text says why."""

    status = 2


class QuestionInvalid(KapselError):
    """A filter, a cursor or a limit put to the log makes no sense; the text says which and why."""

    status = 2


class DecisionInvalid(KapselError):
    """What a visitor's browser sent is not a decision; the text says why."""


class DecisionConflict(KapselError):
    """Another decision, with other content, is already stored under the same id."""


class LogUnavailable(KapselError):
    """The log cannot store or answer just now; nothing was acknowledged, so try again."""


class TooMany(KapselError):
    """One network has sent too many decisions; it may send again *after* so many seconds."""

    def __init__(self, after: int) -> None:
        super().__init__("too many decisions come from your network; try again in a moment")
        self.after = after
