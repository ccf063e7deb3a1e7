"""All addresses under /admin, in the order in which they are looked for."""

from __future__ import annotations

from consent_server.admin import (
    catalogue_pages,
    findings_pages,
    log_pages,
    overview,
    people,
    provider_pages,
    rates_pages,
    record_pages,
    request_pages,
    scan_pages,
    sign,
    speech_pages,
    token_pages,
    trail_pages,
)

ROUTES = [
    *overview.ROUTES,
    *sign.ROUTES,
    *speech_pages.ROUTES,
    *provider_pages.ROUTES,
    *people.ROUTES,
    *token_pages.ROUTES,
    *trail_pages.ROUTES,
    *catalogue_pages.ROUTES,
    *rates_pages.ROUTES,
    *scan_pages.ROUTES,
    *findings_pages.ROUTES,
    *log_pages.ROUTES,
    *record_pages.ROUTES,
    *request_pages.ROUTES,
    overview.REST,
]
