"""Characters of fonts that have signs in the places of letters."""

from __future__ import annotations

_SYMBOL = dict(
    enumerate(
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
        "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
        0x20,
    )
) | dict(
    enumerate(
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
        "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\ufffd〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        0xA0,
    )
)
_WINGDINGS = {
    0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6F: "□", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢",
    0xDF: "←", 0xE0: "→", 0xE8: "➔", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_SIGNS = ("wingdings", "webdings", "dingbats")
_PRIVATE = 0xF000  # where such characters stand in Unicode's private use area


def is_symbol_font(font: str) -> bool:
    name = font.strip().casefold()
    return name == "symbol" or name.startswith(_SIGNS)


def symbol(code: int, font: str) -> str:
    """The sign at a place of a font; a bullet for one that is not known."""
    name = font.strip().casefold()
    place = code - _PRIVATE if _PRIVATE <= code < _PRIVATE + 256 else code
    if name == "symbol":
        return _SYMBOL.get(place, "•")
    if name == "wingdings":
        return _WINGDINGS.get(place, "•")
    if name.startswith(_SIGNS) or place != code:
        return "•"
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
