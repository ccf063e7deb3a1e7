"""Where the texts lie that people read who run sites: on the pages under /admin, in messages."""

PAGES = "consent_server/locale"
