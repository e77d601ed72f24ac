"""Whom "he" and "she" can stand for: told by titles, nouns and common first names. Pure."""

from __future__ import annotations

from rag.text.people import TITLES
from rag.text.words import fold, word_set, words

_HE = word_set(
    "mr sir lord king prince pope emperor tsar sultan duke father grandfather dad brother son "
    "uncle nephew husband widower man boy gentleman groom landlord monk priest policeman fireman "
    "chairman spokesman businessman salesman craftsman fisherman "
    "aaron adam adrian alan albert alexander alfred andrew anthony antonio arthur ben benjamin "
    "bernard bill bob brian bruno carl carlos charles christopher claus colin craig daniel dave "
    "david dennis diego dieter dmitri donald douglas edgar edward edwin emil eric erik ernst "
    "eugene felix fernando francois frank frederick friedrich fritz gary george gerald gordon "
    "graham greg gustav hans harold harry heinrich helmut henri henrik henry herbert hermann "
    "howard hugh hugo ian igor ivan jack jacob jacques james jason jeff jeremy jim joe johan "
    "johann john jonas jonathan jorge jose josef joseph juan karl keith ken kenneth kevin kurt "
    "lars larry lawrence leo leon leonard louis ludwig luis marcus mario mark markus martin "
    "matthew matthias michael miguel mike mohammed muhammad neil nicholas nigel oliver oscar otto "
    "pablo patrick paul pedro peter philip pierre piotr ralph raymond richard robert roger roland "
    "ronald roy rudolf samuel scott sergei simon stefan stephen steve steven stuart theodore "
    "thomas tim timothy toby tom tony victor vincent vladimir walter werner wilhelm william "
    "wolfgang"
)
_SHE = word_set(
    "mrs ms miss lady madam queen princess empress duchess mother grandmother mum mom sister "
    "daughter aunt niece wife widow woman girl bride landlady nun abbess actress policewoman "
    "chairwoman spokeswoman businesswoman "
    "agatha agnes alice amanda amelia amy angela anita ann anna anne annette astrid audrey "
    "barbara beatrice betty brenda brigitte carla carmen carol caroline catherine cecilia "
    "charlotte christina christine claire clara claudia cynthia daisy deborah diana dolores donna "
    "doris dorothy edith eleanor elena elisabeth elizabeth ella ellen elsa emily emma erika "
    "esther eva evelyn fiona florence frances gertrude gisela gloria grace greta hannah harriet "
    "heather heidi helen helena helga ida ines ingrid irene irma isabel isabella jane janet "
    "jennifer jessica johanna josephine joyce judith judy julia julie karen karin katharina kate "
    "katherine kathleen klara laura lena linda lisa louise lucia lucy lydia margaret maria marie "
    "marta martha mary matilda melissa michelle monica monika nancy natalia nina nora olga olivia "
    "pamela patricia paula petra rachel rebecca renate rita rosa rose ruth sabine sally sandra "
    "sarah sharon silvia sofia sonia sophia sophie stephanie susan susanne svetlana sylvia "
    "tatiana teresa theresa ursula valerie vera veronica victoria virginia wendy yvonne"
)


def sex_of(person: str) -> str | None:
    """ "he" or "she"; None where words do not tell.

    "Martin" alone may be a surname.
    """
    lead = person.split(" of ")[0]
    if not lead.rsplit(" ", 1)[-1][:1].isupper():
        return _told([fold(word) for word in words(lead)[-1:]])
    said = [fold(word) for word in words(lead)]
    first = _told(said[:1])
    if first or fold(said[0]) not in TITLES:
        return None if len(said) == 1 and first == "he" else first
    return _told(said[1:2]) if len(said) > 2 else None


def _told(said: list[str]) -> str | None:
    told = next(iter(said), "")
    return "he" if told in _HE else "she" if told in _SHE else None
