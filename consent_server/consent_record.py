"""A visitor's receipt as JSON-LD: structured as in ISO/IEC TS 27560:2023, in W3C DPV terms.

The profile is that of the Data Privacy Vocabulary's community group for 27560,
https://w3id.org/dpv/schema/dpv-27560. Pure.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from consent_server.model import Action
from scanner.languages import LANGUAGES, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from consent_server.log.receipt import Receipt
    from consent_server.model import Declaration

PROFILE = "https://w3id.org/dpv/schema/dpv-27560"

#: The purpose in DPV that stands for each category that a visitor is asked about.
PURPOSES = {
    "functional": "dpv:ServicePersonalisation",
    "statistics": "dpv:ServiceUsageAnalytics",
    "marketing": "dpv:PersonalisedAdvertising",
}

#: The rights that a person has whose data rests on consent (GDPR articles 7(3), 15 to 18, 20, 21).
RIGHTS = ("A7-3", "A15", "A16", "A17", "A18", "A20", "A21")

_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def document(
    receipt: Receipt, declaration: Declaration, *, address: str, remember: dt.timedelta
) -> dict[str, Any]:
    """
    Return the receipt as plain values.

    Args:
        declaration: Of the site as it is now: who is responsible, and where to turn.
        address: URL of the receipt.
        remember: How long an answer stands.
    """
    controller = _controller(declaration)
    return {
        "@context": _CONTEXT,
        "@id": address,
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": receipt.id,
        "dct:conformsTo": f"{PROFILE}#receipt-record",
        "dct:created": _time(receipt.received_at),
        "dct:publisher": controller,
        "schema:recipient": "dpv:DataSubject",
        "dpv:hasRecordOfActivity": {
            "@id": f"urn:uuid:{receipt.id}",
            "@type": "dpv:ConsentRecord",
            "dct:identifier": receipt.id,
            "dct:conformsTo": f"{PROFILE}#record",
            "dct:created": _time(receipt.received_at),
            "dct:language": receipt.language,
            "dpv:hasDataSubject": {"@type": "dpv:DataSubject", "dct:identifier": receipt.id},
            "dpv:hasDataController": controller,
            "dpv:hasApplicableLaw": "eu-gdpr:GDPR",
            "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
            "dpv:hasNotice": {
                "@type": "dpv:ConsentNotice",
                "dct:hasVersion": receipt.revision,
                "dct:language": receipt.language,
                "schema:url": receipt.page,
            },
            "dpv:hasProcess": [
                _process(category, granted, receipt, declaration, remember)
                for category, granted in receipt.choices.items()
            ],
            "dpv:hasRight": [f"eu-gdpr:{article}" for article in RIGHTS],
        },
    }


def _process(
    category: str,
    granted: bool,
    receipt: Receipt,
    declaration: Declaration,
    remember: dt.timedelta,
) -> dict[str, Any]:
    """Return what was answered for one purpose."""
    recipients = sorted(
        {i.vendor for i in declaration.items if i.vendor and i.category.value == category}
    )
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@type": PURPOSES[category],
            "dct:title": [
                {"@value": texts(tag)["categories"][category]["name"], "@language": tag}
                for tag in _languages(declaration.languages, receipt.language)
            ],
        },
        "dpv:hasConsentStatus": _status(receipt.action, granted=granted),
        "dpv:isIndicatedAtTime": _time(receipt.decided_at),
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:hasDuration": {
            "@type": "dpv:TemporalDuration",
            "schema:validThrough": _time(receipt.decided_at + remember),
        },
        "dpv:hasRecipient": [{"@type": "dpv:ThirdParty", "dct:title": name} for name in recipients],
    }


def _status(action: Action, *, granted: bool) -> str:
    if granted:
        return "dpv:ConsentGiven"
    return "dpv:ConsentWithdrawn" if action is Action.WITHDRAW else "dpv:ConsentRefused"


def _controller(declaration: Declaration) -> dict[str, Any]:
    known = declaration.controller
    return {
        "@id": declaration.url,
        "@type": "dpv:DataController",
        "schema:name": known.name if known else declaration.url,
        "dpv:hasContact": known.contact if known else None,
        "schema:url": known.policy if known else None,
    }


def _languages(offered: Iterable[str], spoken: str) -> list[str]:
    return sorted({spoken, *offered} & set(LANGUAGES))


def _time(moment: dt.datetime) -> dict[str, str]:
    return {
        "@value": moment.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
        "@type": "xsd:dateTime",
    }
