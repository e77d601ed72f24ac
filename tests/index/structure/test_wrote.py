from __future__ import annotations

import pytest

from index.structure.wrote import told


@pytest.mark.parametrize(
    ("line", "who", "date"),
    [
        ("On Mon, 10 Feb 2025 at 10:00, Eva Brandt <eva@mill.example> wrote:",
         "Eva Brandt", "2025-02-10"),
        ("On Mon, Feb 10, 2025 at 8:00 AM Eva Brandt <eva@mill.example> wrote:",
         "Eva Brandt", "2025-02-10"),
        ("On Feb 10, 2025, at 8:00 PM, Sun Li <sun@mill.example> wrote:", "Sun Li", "2025-02-10"),
        ("On Wed, May 7, 2025 at 10:00 AM May Smith <may@mill.example> wrote:",
         "May Smith", "2025-05-07"),
        ("On Mon, 10 Feb 2025 10:00:00 +0100 (CET) eva@mill.example wrote:",
         "eva@mill.example", "2025-02-10"),
        ("On 2025-02-10 10:00, <eva@mill.example> wrote:", "eva@mill.example", "2025-02-10"),
        ("2025-02-10 8:00 GMT+01:00 J. R. O'Neil <jr@mill.example>\nwrote:",
         "J. R. O'Neil", "2025-02-10"),
        ("Am 10.02.2025 um 10:00 schrieb Eva Brandt:", "Eva Brandt", "2025-02-10"),
        ("Am Mo., 10. Feb. 2025 um 10:00 Uhr schrieb Eva van der Berg <eva@mill.example>:",
         "Eva van der Berg", "2025-02-10"),
        ("Eva Brandt schrieb am 10.02.2025 um 10:00:", "Eva Brandt", "2025-02-10"),
        ("Le lun. 10 févr. 2025 à 08:00, Eva Brandt <eva@mill.example> a écrit\u00a0:",
         "Eva Brandt", None),
        ("On 10/02/2025 10:00, Eva Brandt wrote:", "Eva Brandt", None),
        ("On Monday Eva wrote:", "Eva", None),
        ('"Eva Brandt" <eva@mill.example> writes:', "Eva Brandt", None),
        ("-----Original Message-----", None, None),
        ("Begin forwarded message:", None, None),
    ],
)  # fmt: skip
def test_who_wrote_and_when(line: str, who: str | None, date: str | None) -> None:
    found = told(line)
    assert found is not None
    assert (found.who, found.date) == (who, date)


@pytest.mark.parametrize(
    "line",
    [
        "He wrote:",
        "The mayor said:",
        "She told us that the board wrote:",
        "On 3 May we met. Eva wrote:",
        "Eva wrote a book",
        "Please bring:",
        "Original Message",
        "On " + "very " * 80 + "Eva wrote:",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    assert told(line) is None


def test_without_marks_a_time_or_an_address_is_asked_for() -> None:
    sure = {line: found.is_sure for line in (
        "On 3 May 2021 at 10:00, Eva Brandt wrote:", "Eva Brandt <eva@mill.example> wrote:",
        "On 3 May 2021 Eva Brandt wrote:", "On 3 May 2021 at 10:00, Eva Brandt said:",
    ) if (found := told(line))}  # fmt: skip
    assert list(sure.values()) == [True, True, False, False]
