"""Countries, by their codes in ISO 3166-1. Pure."""

#: The European Economic Area: what goes elsewhere is a transfer, which needs a ground and of which
#: visitors are told.
# fmt: off
EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
