"""A noun phrase and what can be said of it: whether it names, whom or how many. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.people import TITLES, is_person
from rag.text.words import fold, word_set

_GENERIC = word_set(  # heads that say nothing of the topic
    "thing things way ways kind kinds type types sort sorts number amount name names time times "
    "difference differences reason reasons lot part parts case example examples question details "
    "information more idea word words term impact effect effects benefit benefits use uses main "
    "best better good bad important popular place meaning role history basis importance purpose "
    "category categories list level week year day month today everybody everyone anybody anyone "
    "somebody someone something else former latter anything everything"
)
NUMBERS = word_set("two three four five six seven eight nine ten eleven twelve twenty hundred")
_MEASURE = re.compile(  # "twelve minutes", "years 1": how much, and not of what
    rf"(?:(?:{'|'.join(sorted(NUMBERS))}) )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|"
    r"years?|percent|euros?|dollars?|pounds?|francs?|metres?|meters?|kilometres?|miles?|km|kg|cm|mm|"
    r"a\.?m|p\.?m|degrees?|litres?|grams?)"
    r"(?: (?:deep|high|long|wide|tall|old|below|above|ago|more|less)| \d+)?"
)
OWNS = ("'s", "’s", "s'", "s’")  # at the end of an owner
_PLURAL_WORD = re.compile(r"(?:[a-z’'-]{2,}[^s’'iu]s|people|men|women|children)$")
PREDICATES = word_set(
    "able acceptable accessible active available aware cheap closed compatible compulsory covered "
    "dangerous dark dead deductible different difficult due eligible empty enough expensive "
    "famous finished free full happy hard harmful healthy high ill illegal important interested "
    "late legal liable likely long low mandatory married necessary new noisy normal obligatory "
    "obsolete old open optional popular possible present private public ready refundable reliable "
    "required responsible ripe rude safe sick similar strong suitable sure taxable tired "
    "transferable true unsafe useful valid visible vegan waterproof washable wet wrong worth"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase and where it starts in its text; ``after`` is the word before it, folded.

    ``lead`` is what stood before an "of" and says nothing of the topic: "the side effects".
    """

    text: str
    start: int
    after: str
    lead: str = ""

    @property
    def head(self) -> str:
        """The last word before an "of", folded."""
        return fold(re.split(r" of | in ", self.text)[0].split(" ")[-1])

    @property
    def is_name(self) -> bool:
        return any(word[0].isupper() for word in self.text.split(" ")[-1:] if word)

    @property
    def is_plural(self) -> bool:
        return " and " in self.text or bool(_PLURAL_WORD.match(self.head))

    @property
    def is_generic(self) -> bool:
        if fold(self.text) in PREDICATES or self.head == "percent":
            return True
        return self.head in _GENERIC or bool(_MEASURE.fullmatch(fold(self.text)))

    @property
    def is_person(self) -> bool:
        owned = re.sub(r"^.*['’]s ", "", self.text)  # "ferry" of "Mrs Oldham's ferry"
        first = fold(without_article(owned).split(" ")[0].rstrip("."))
        if self.is_name and first not in TITLES:
            return self.after not in {"in", "at", "of", "to", "from", "for"}
        return is_person(self.head) or first in TITLES


def without_article(phrase: str) -> str:
    return re.sub(r"^(?:the|an?) ", "", phrase, flags=re.I)
