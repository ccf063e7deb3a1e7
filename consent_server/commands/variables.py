"""The environment variable of each option, named as the option is spelled."""

from __future__ import annotations

import click


def name_variables(command: click.Command, *words: str) -> None:
    """
    Let ``KAPSEL_SCAN_FORMAT`` stand for ``kapsel scan --format``, and so on for all options.

    Those that bear a name of their own keep it. click itself goes by the name of the argument in
    Python (``KAPSEL_SCAN_FORM``), which is understood as well.

    Args:
        command: The options of it, and of the commands below it, are named.
        words: How it is called: ``"kapsel", "scan"``.
    """
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            name_variables(each, *words, name)
    for option in command.params:
        if isinstance(option, click.Option) and option.allow_from_autoenv and not option.envvar:
            option.envvar = _variable(*words, _spelling(option))


def _spelling(option: click.Option) -> str:
    """Return the first long form of *option*, without its dashes."""
    return next(form for form in option.opts if form.startswith("--")).removeprefix("--")


def _variable(*words: str) -> str:
    return "_".join(words).upper().replace("-", "_")
