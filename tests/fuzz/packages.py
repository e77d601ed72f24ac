"""Changes of the elements of XML and HTML, and of the archives that office files and books are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from zipfile import ZipFile, ZipInfo

from lxml import etree, html

from tests.fuzz.bytewise import NUMBERS, WORDS, Raw, of_bytes

_MOST = 400  # elements that are looked at, from a random one on


def unpack(data: bytes) -> dict[str, bytes]:
    """The parts by name; none where it is no archive."""
    try:
        with ZipFile(io.BytesIO(data)) as file:
            return {one: file.read(one) for one in file.namelist() if not one.endswith("/")}
    except Exception:  # of zipfile, for what a change of bytes has made
        return {}


def pack(parts: dict[str, bytes]) -> bytes:
    """Stored as they are, the same bytes for the same parts."""
    packed = io.BytesIO()
    with warnings.catch_warnings(), ZipFile(packed, "w") as file:
        for name, part in parts.items():
            file.writestr(ZipInfo(name), part)
    return packed.getvalue()


def mutate(data: bytes, others: Sequence[bytes], random: Random, raw: Raw,
           known: Sequence[str], size: int) -> bytes:  # fmt: skip
    parts = unpack(data)
    if not parts:
        return raw(data, size)
    for _ in range(random.choice((1, 1, 2, 3))):
        if not parts:
            break
        name = _heavy(parts, random)
        kind = random.random()
        if kind < 0.80:
            parts[name] = of_xml(parts[name], random, known) or raw(parts[name], size)
        elif kind < 0.86:
            parts[name] = of_bytes(parts[name], (), random, raw, known, size)
        elif kind < 0.95 and others:
            taken = unpack(random.choice(others))
            if taken:
                other = _heavy(taken, random)
                parts[name if random.random() < 0.2 else other] = taken[other]
        elif kind < 0.97:
            del parts[name]
        elif kind < 0.99:
            other = random.choice(list(parts))
            parts[name], parts[other] = parts[other], parts[name]
        else:
            parts[random.choice(WORDS).replace("\0", "") or "a"] = parts.pop(name)
    return pack(parts)


def _heavy(parts: dict[str, bytes], random: Random) -> str:
    """A part, the larger the likelier, since the words stand in these."""
    names = list(parts)
    return random.choices(names, [100 + min(len(parts[one]), 4_000) for one in names])[0]


def mutate_html(data: bytes, random: Random, known: Sequence[str]) -> bytes:
    try:
        root = html.document_fromstring(data)
    except (etree.LxmlError, ValueError, AssertionError):
        return data
    _change(root, random, known)
    return etree.tostring(root.getroottree(), method="html", encoding="utf-8")


def of_xml(part: bytes, random: Random, known: Sequence[str]) -> bytes | None:
    """None for what is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    _change(root, random, known)
    return etree.tostring(root.getroottree())


def _change(root: etree._Element, random: Random, known: Sequence[str]) -> None:
    for _ in range(random.choice((1, 1, 2, 4))):
        elements = [one for one in root.iter("*") if isinstance(one.tag, str)]
        start = random.randrange(len(elements))
        some = elements[start : start + _MOST]
        try:
            _change_one(random.choice(some), random.choice(elements), random, known)
        except ValueError:  # characters that XML does not have, a name that is none
            continue


def _change_one(
    one: etree._Element, other: etree._Element, random: Random, known: Sequence[str]
) -> None:
    kind, parent = random.randrange(11), one.getparent()
    if kind == 0 and parent is not None:
        parent.remove(one)
    elif kind == 1 and parent is not None:
        for _ in range(random.choice((1, 1, 2, 30))):
            parent.insert(parent.index(one), deepcopy(one))
    elif kind == 2:
        other.insert(random.randrange(len(other) + 1), deepcopy(one))
    elif kind == 3:
        for _ in range(random.choice((1, 2, 12))):
            one.insert(0, deepcopy(one) if len(list(one.iter())) < 20 else one.makeelement(one.tag))
    elif kind == 4:
        one.tag = other.tag
    elif kind == 5:
        one.tag = _in_space_of(other, random.choice(known or ("p",)))
    elif kind == 6 and parent is not None:
        inside = one.makeelement(other.tag, dict(other.attrib))
        parent.replace(one, inside)
        inside.append(one)
    elif kind == 7:
        one.attrib.update({str(k): str(v) for k, v in other.attrib.items()})
    elif kind == 8 and one.attrib:
        del one.attrib[random.choice(list(one.attrib))]
    elif kind == 9:
        said = random.choice((random.choice(WORDS), random.choice(NUMBERS), other.text or ""))
        if random.random() < 0.7:
            one.text = said
        else:
            one.tail = said
    else:
        _set(one, other, random, known)


def _set(one: etree._Element, other: etree._Element, random: Random, known: Sequence[str]) -> None:
    """Another value of an attribute, or one more attribute."""
    names = [str(name) for name in (*one.attrib, *one.attrib, *other.attrib)]
    if random.random() < 0.15 or not names:
        names = [_in_space_of(other, random.choice(known or ("id",)))]
    values = [*NUMBERS, *NUMBERS, *map(str, other.attrib.values()), random.choice(known or ("x",))]
    one.set(random.choice(names), random.choice(values))


def _in_space_of(element: etree._Element, name: str) -> str:
    space = etree.QName(element).namespace
    return f"{{{space}}}{name}" if space else name
