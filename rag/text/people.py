"""Nouns that name people, told by lists and endings."""

from __future__ import annotations

import re

from rag.text.words import fold, word_set

TITLES = word_set(
    "doctor dr mr mrs ms president king queen prince princess sir lady lord pope saint captain "
    "secretary general minister prime foreign defence defense deputy vice chancellor governor "
    "senator colonel major professor prof chairman director ambassador emperor tsar"
)
BODIES = word_set(  # a name that ends so is no person
    "forces council committee republic union organization organisation states state nations "
    "ministry university company agency court party house office church school college museum "
    "group bank press institute center centre commission parliament assembly league association "
    "war treaty act river sea lake mountain mountains street city island islands news times"
)
_PERSON = re.compile(
    r"(?:king|queen|man|woman|boy|girl|person|chief|head|wife|husband|son|guy|lady|pope|judge|"
    r"coach|viceroy|general|prince|princess|duke|saint|sultan|tsar|priest|monk|poet|pilot|"
    r"hero|heir|child|landlord|landlady|pupil|adult|guest|infant|baby|toddler|nurse|boss|spouse|"
    r"groom|bride|captain|athlete|candidate|graduate|undergraduate|delegate|colleague|nephew|"
    r"niece|uncle|aunt|cousin|friend|orphan|guardian|citizen|national|civilian|historian|librarian|"
    r"veteran|veterinarian|comedian|technician|champion|companion|thief|chef|clerk|guard|"
    r"nun|bishop|dean|abbot|employee|trainee|refugee|attendee|nominee|lessee|trustee|payee|"
    r"licensee|franchisee|referee|retiree|relative|minor|senior|junior|intern|expert|"
    r"youth|teen|volunteer|(?:brides|grooms|kins|sports)\w+|\w+friend|"
    r"\w*neighbou?r|\w+(?:er|or|ist|cian|man|woman|person)|"
    r"(?:presid|stud|ag|pati|cli|resid|correspond|(?:grand|god|step)?par|recipi|oppon|adolesc|"
    r"superintend|reg|incumb|respond|depend|insurg|dissid)ent|(?:ten|account|assist|defend|applic|"
    r"particip|immigr|migr|serv|lieuten|merch|consult|inform|attend|command|occup|claim)ant)$"
)
_NOT = word_set(  # things that end as persons do
    "war order number river water power computer center centre paper letter tower chapter "
    "matter sector factor motor color colour door floor career server cluster container summer "
    "winter weather disorder cancer newspaper answer list offer cover layer border corner "
    "quarter semester timer printer router scanner charger heater boiler cooler freezer toaster "
    "mixer blender cooker dryer washer dishwasher burner filter meter thermometer transformer "
    "adapter adaptor sensor monitor projector reactor tractor trailer elevator radiator "
    "generator calculator compressor indicator detector refrigerator ventilator error mirror "
    "terror horror flavor flavour humour humor labor labour harbor harbour favor favour vapour "
    "odour behaviour behavior tumour tumor rumor rumour honor honour interior exterior vector "
    "processor folder file header footer browser counter shower sticker poster cylinder bladder "
    "ladder shoulder finger liver ulcer fever dinner supper butter pepper flower powder fiber "
    "fibre timber rubber copper silver leather feather dollar theater theatre register transfer "
    "disaster monster master plaster shelter chamber clutter other another remainder reminder "
    "tender gender over under after never ever whether together rather better later former "
    "latter lower upper outer inner higher longer shorter larger smaller greater older newer "
    "younger bumper hammer screwdriver cellar fertilizer fertiliser newsletter voucher banner "
    "barrier carrier ginger easter october november december september calendar character "
    "parameter diameter perimeter buffer trigger laser cater holder lever roller stroller "
    "scooter helicopter trimmer sprinkler conditioner vinegar corridor equator decor anchor "
    "alligator spider tiger oyster lobster lawnmower mower guide"
)
_GROUPS = word_set(
    "people men women children staff personnel police everybody everyone anybody anyone "
    "kids folk folks elderly disabled public youths wives babies ladies thieves crew"
)


def is_person(head: str) -> bool:
    """Whether a noun in the singular names a person."""
    return bool(_PERSON.match(head)) and head not in _NOT


def is_people(head: str) -> bool:
    """Whether a noun names persons, one or several: "staff", "part-timers"."""
    word = fold(head)
    singular = re.sub(r"(?<=[^s])s$", "", word)
    last = singular.rsplit("-", 1)[-1]
    return word in _GROUPS or is_person(word) or is_person(singular) or is_person(last)
