"""Take a consent back, by the control that the site itself offers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, TypeAlias

from scanner.answer.dialogue import LAYER_PATIENCE, MOST_STEPS
from scanner.answer.doors import is_text, likeliest
from scanner.answer.effect import PAUSE
from scanner.answer.look import LEAST_LOOKS, look
from scanner.answer.plan import label
from scanner.answer.press import press
from scanner.answer.traces import read_traces
from scanner.answer.words import Meaning

if TYPE_CHECKING:
    from scanner.answer.dialogue import Dialogue
    from scanner.answer.look import Door
    from scanner.answer.traces import Traces

#: What pressing a control for a withdrawal brought. doubtful: the site keeps something new, but
#: the consent stays what it was.
Outcome: TypeAlias = Literal["asked", "taken", "doubtful", "nothing"]

SHORT_PATIENCE = 1.0  # seconds for a banner to come that has probably had its answer


async def withdraw(dialogue: Dialogue) -> None:
    """Take the consent back; give it first if the banner still asks."""
    record, page = dialogue.record, dialogue.page
    deadline = asyncio.get_running_loop().time() + 4 * SHORT_PATIENCE
    view = await dialogue.arrival(deadline, patience=SHORT_PATIENCE, longer=False)
    given = dialogue.memory.given is not None
    if view.banner is None:
        record.found = None  # it may have had its answer
    elif not (given and view.banner.layer.is_form):
        record.accepted = False
        fresh = await read_traces(page)
        record.accepted = await dialogue.answer("yes", fresh)
        if not record.accepted:
            return
        dialogue.memory.gave(fresh, await read_traces(page))
    before = await read_traces(page)
    record.withdrawn = False
    dialogue.form_stays = True
    banner = (await dialogue.see()).banner
    if banner is not None and banner.layer.is_form:  # what took the consent takes it back
        record.withdrawn = await _refused(dialogue, before)
        if record.withdrawn is not False:
            return
    tried: set[str] = set()
    for _ in range(MOST_STEPS):
        door = await _door(dialogue, tried)
        if door is None:
            return
        tried.add(label(door.control))
        outcome = await _open(dialogue, door, before)
        if outcome in ("taken", "doubtful"):
            record.withdrawn = True if outcome == "taken" else None
        elif outcome == "asked":  # a look that sees nothing now proves nothing
            record.withdrawn = await _refused(dialogue, before)
        if record.withdrawn is not False:
            return


async def _refused(dialogue: Dialogue, before: Traces) -> bool | None:
    """Tell the banner no; return whether what the site keeps shows the withdrawal."""
    refused = await dialogue.answer("no", before)
    if not refused:
        return refused
    clock = asyncio.get_running_loop().time
    until = clock() + LAYER_PATIENCE
    while True:
        after = await read_traces(dialogue.page)
        taken = dialogue.memory.taken_back(after, before, name=dialogue.record.platform)
        if taken or clock() >= until:
            return taken
        await asyncio.sleep(PAUSE)


async def _door(dialogue: Dialogue, tried: set[str]) -> Door | None:
    """Return the likeliest control that was not tried; wait a little for one."""
    clock = asyncio.get_running_loop().time
    until = clock() + LAYER_PATIENCE
    looks = 0
    while True:
        looks += 1
        found = likeliest((await look(dialogue.page)).doors, tried)
        control = found is not None and not is_text(found.control)  # it may come a moment later
        if control or (clock() >= until and looks >= LEAST_LOOKS):
            return found
        await asyncio.sleep(PAUSE)


async def _open(dialogue: Dialogue, door: Door, before: Traces) -> Outcome:
    """Press *door*; return whether it brought a banner, or took the consent back by itself."""
    element = await door.element()
    if element is None:
        return "nothing"
    record = dialogue.record
    record.found = record.found if is_text(door.control) else True  # a text may hold no control
    record.platform = door.control.platform or record.platform
    record.knew(ruled=door.control.platform is not None)
    meaning = door.control.meaning
    said = meaning.value if meaning is Meaning.WITHDRAW else "reopen"
    await record.pressing(door.control, element, door.frame, meaning=said)
    if not await press(element):
        return "nothing"
    clock = asyncio.get_running_loop().time
    until = clock() + LAYER_PATIENCE
    looks = 0
    outcome: Outcome = "nothing"  # until the page shows more
    while clock() < until or looks < LEAST_LOOKS:
        looks += 1
        if (await dialogue.see()).banner is not None:
            return "asked"
        after = await read_traces(dialogue.page) if meaning is Meaning.WITHDRAW else before
        if after.differ(before):
            outcome = "doubtful"
            if dialogue.memory.taken_back(after, before, name=record.platform):
                return "taken"
        await asyncio.sleep(PAUSE)
    return outcome
