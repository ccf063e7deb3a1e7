"""The bundled shop: a small Norwegian web shop, before and after Kapsel, on loopback."""
