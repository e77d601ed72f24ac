"""The patterns behind rag/question/analyse.py: what kinds of question look like in English."""

from __future__ import annotations

import re

from rag.text.words import AUX, IMPERATIVES, WH, fold

WH_WORDS = "who|whom|whose|what|which|when|where|why|how"
AUX_WORDS = "|".join(sorted(map(re.escape, AUX), key=len, reverse=True))
PREP_WORDS = (
    "in|on|at|by|to|for|from|with|of|about|under|until|since|during|through|into|after|before"
)
_HELLO = r"hi|hello|hey|good (?:morning|afternoon|evening|day)"
# what may stand before the question itself: greeting, politeness, a wrapping question
GREETING = re.compile(
    rf"^(?:{_HELLO}|thanks?|thank you|ok|okay|so|well|"
    r"please|and|but|also|then|now)\b(?: there)?[,!.:;]?\s+",
    re.I,
)
WRAPPED = re.compile(
    r"^(?:(?:(?:can|could|would|will) (?:you|anyone|somebody|someone) )?(?:please |kindly )?"
    r"(?:tell (?:me|us)|let (?:me|us) know|remind (?:me|us)|say)"
    r"|(?:do|does|did) (?:you|we|they|anyone|anybody|someone) (?:happen to )?know"
    r"|(?:i|we)(?: would|'d) (?:like|love) to know|(?:i|we) (?:want|need) to know"
    r"|(?:i|we)(?: am|'m| are|'re)? wonder(?:ing)?|(?:may|can|could) i ask(?: you)?"
    r"|is it known|any idea|i have a question)"
    rf"(?: please)?[,:]?\s+(?=(?:(?:{PREP_WORDS}) )?(?:{WH_WORDS}|if|whether)\b)",
    re.I,
)
ASKED_TO = re.compile(
    r"^(?:(?:can|could|would|will) you |(?:i|we)(?: would|'d) like you to )?(?:please |kindly )?"
    rf"(?=(?:{'|'.join(sorted(IMPERATIVES))})\b)",
    re.I,
)
# an adjunct or a subordinate clause in front: "In 1990, who …", "When he came, what …"
FRONTED = re.compile(
    r"^(?!(?:who|what|which|whose|whom|why)\b)(?!(?:when|where|how)\s+(?:" + AUX_WORDS + r")\b)"
    rf"[^,?]{{2,120}},\s+(?=(?:(?:{PREP_WORDS}) )?(?:{WH_WORDS}|{AUX_WORDS})\b)",
    re.I,
)

_TYPES: tuple[tuple[str, str], ...] = (  # first match from the start of the question wins
    ("reason", r"why|how come|(?:for |on )?(?:what|which) (?:reasons?|purposes?|grounds|basis|"
     r"cause)"
     r"|what (?:is|are|was|were) (?:the |its |his |her |their )?(?:\w+ )?"
     r"(?:reasons?|causes?|purposes?|grounds|motives?|motivation|rationale|basis)"
     r"|what (?:caused?|causes|led to|leads to|made|makes|prompted|triggered|motivated)"),
    ("date", r"when|what time|since when|(?:what|which)(?: \w+)? (?:years?|dates?|days?|months?|"
     r"century|centuries|decades?|seasons?|weekday|period|era)"
     r"|what (?:is|was|were) the (?:exact )?(?:year|date|day|month|time)|how (?:soon|recently)"),
    ("duration", r"how long|how many (?:seconds|minutes|hours|days|weeks|months|years|decades|"
     r"centuries)|what (?:is|was) the (?:duration|length of time)"),
    ("money", r"how (?:much|many) (?:\w+ )?(?:money|dollars?|euros?|pounds?|rubles?|roubles?|yen|"
     r"tenge)|how (?:much|expensive)\b.*\b(?:cost|costs|pay|paid|pays|worth|spend|spent|invest|"
     r"invested|earn|earned|price|priced|charge|charged|raise|raised|donate|donated|owe|sell|sold|"
     r"sells|fee|expensive)|how expensive|(?:what|which) (?:price|cost|sum|amount of money|budget|"
     r"salary|fee)|what (?:is|was|were|are) the (?:\w+ )?(?:price|cost|costs|budget|salary|fee|"
     r"revenue|fine)"),
    ("number", r"how (?:many|much|old|far|often|high|tall|deep|large|big|wide|fast|heavy|hot|cold|"
     r"frequently|close|near|small)|(?:what|which)(?: \w+)? (?:number|percentage|percent|"
     r"proportion|share|fraction|age|amount|temperature|distance|speed|rate|quantity)"
     r"|what (?:is|was|were|are) the (?:\w+ )?(?:number|percentage|proportion|share|population|age|"
     r"amount|temperature|distance|speed|rate|size|area|height|length|width|depth|total|average)"),
    ("place", r"where|(?:what|which)(?: \w+)? (?:city|cities|countr(?:y|ies)|places?|towns?|"
     r"villages?|regions?|states?|provinces?|districts?|locations?|continents?|islands?|areas?|"
     r"counties|county|streets?|buildings?|venue|border|capital)"
     r"|what (?:is|was) the (?:capital|location|birthplace|venue|address|site)"),
    ("person", r"who|whom|whose|who's|(?:what|which)(?: \w+)? (?:person|people|man|men|woman|women|"
     r"presidents?|ministers?|kings?|queens?|emperors?|authors?|actors?|actress|singers?|players?|"
     r"scientists?|leaders?|artists?|writers?|directors?|politicians?|officials?|generals?|poets?|"
     r"philosophers?|composers?|architects?|ambassadors?|journalists?|expert|experts|popes?)"),
    ("manner", r"how|in (?:what|which) (?:way|ways|manner)|by what means"),
    ("thing", r"what|which|what's"),
)  # fmt: skip
TYPE_RULES = tuple(
    (name, re.compile(rf"\b(?:{pattern})\b(?!['’])", re.I)) for name, pattern in _TYPES
)

EXPLAIN = re.compile(
    r"^(?:please )?(?:explain|describe|define|compare|discuss|outline)\b"
    r"|\bhow (?:does|do|can|could|should|to)\b|\bhow (?:is|are) .+ (?:made|done|used|calculated|"
    r"formed|produced|determined|organi[sz]ed|chosen|elected|set up)\b"
    r"|\bwhat (?:is|are|was|were) the (?:\w+ )?(?:differences?|significance|role|process)\b"
    r"|\bin (?:what|which) ways?\b|\bwhat (?:does|do|did) .+ mean\b|\bwhat happen",
    re.I,
)
SUMMARY = re.compile(
    r"^(?:summari[sz]e|tell (?:me|us)(?: more| something| everything)? about|"
    r"give (?:me |us )?(?:an? |the )?(?:\w+ )?(?:overview|summary|outline))\b"
    r"|\b(?:summary|overview) of\b|^what (?:is|was) .+ about$"
    r"|^what (?:do|does|did|has|have|had|is|was|are|were|can|could) .*\b(?:say|said|think|thought|"
    r"write|written|state|stated|known|know|report|reported|learn|told|tell)\b.*\b(?:about|on|"
    r"regarding|concerning|of)\b"
    r"|^what (?:do|does|did) .*\b(?:discuss(?:ed)?|talk|argue|propose|suggest|recommend|believe)"
    r"(?: \w+){0,2} (?:about|regarding|concerning|during the)\b"
    r"|^what (?:is|are|was|were) .+(?:['’]s?|their|his|her|our) (?:opinions?|views?|attitudes?) "
    r"(?:about|on|regarding|concerning|towards?)\b"
    r"|^how (?:do|does|did) .*\b(?:feel|felt) (?:about|towards?)\b",
    re.I,
)
_PLURAL = (  # ends like a plural and is none of the words that only look so
    r"(?:(?!series|species|means|always|perhaps|news|politics|physics|mathematics|economics|"
    r"basis|crisis|analysis|status|census|virus|campus|focus|bus|process|business|address|"
    r"access|success|progress|class|loss|press|mass|congress|princess|illness|us|his|its|was|"
    r"is|has|does|this|as)[a-z’'-]{2,}s|people|men|women|children|media|data|criteria|phenomena)"
)
_COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|several|\d+)"
LIST = re.compile(
    rf"\bwho (?:are|were|all|else)\b|\bwho (?:is|was) (?:(?:a )?part of|in\b|among|included|"
    rf"involved)"
    rf"|\bwho (?:belongs?|belonged) to\b"
    rf"|\bwhat (?:are|were) (?:the|some|all|its|his|her|their)\b(?: \w+)*? (?:{_PLURAL})\b"
    rf"|\bwhich (?!of\b)(?:\w+ ){{0,2}}?{_PLURAL}\b(?!')"
    rf"|\bwhat (?:\w+ ){{0,2}}?{_PLURAL} (?:{AUX_WORDS}|make|form)\b"
    rf"|\bwhat (?:kinds|types|sorts|forms|examples)\b|\bwh(?:at|ich) (?:other )?{_COUNT}\b"
    rf"|\bwhat (?:do|does|did) .+ (?:include|consist of|comprise|contain)\b"
    rf"|^(?:list|enumerate)\b|^(?:name|give|mention|identify|state|show|find)\b(?: me| us)?"
    rf"(?: all| some| the| its| other| any| at least)* (?:\w+ )?(?:{_COUNT}|{_PLURAL})\b",
    re.I,
)
CHANCES = re.compile(r"\bwhat (?:are|were) the (?:odds|chances)\b", re.I)

SENTENCE_END = re.compile(
    r"(?<=[.?!])(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|St|No|vs)\.)(?<!\bMrs\.)\s+(?=[A-Z\"“«])"
)
_ADVERBIAL = (
    rf"(?:when|where|why|how|(?:{PREP_WORDS}) (?:whom?|what|which)(?: \w+)?|how (?:long|often))"
)
SHARED_CLAUSE = re.compile(  # "Where, when and why was it held"
    rf"(?P<first>{_ADVERBIAL}(?:, {_ADVERBIAL})*),? and (?P<second>{_ADVERBIAL}) "
    rf"(?P<clause>(?:{AUX_WORDS}) .+)$",
    re.I,
)
TRAILING_WH = re.compile(  # "Where was it held and when"
    rf"(?P<first>{_ADVERBIAL}) (?P<aux>{AUX_WORDS}) (?P<rest>[^,?]+?),? "
    rf"and (?P<second>{_ADVERBIAL})$",
    re.I,
)
_SUBJECT = r"(?:it|he|she|they|there|this|that|these|those|we|you|i)"
NEXT_PART = re.compile(
    rf"(?:[,;]? and(?: also)?|[,;] (?:and )?(?:also )?) "
    rf"(?=(?:(?:{PREP_WORDS}) )?(?:{WH_WORDS})\b"
    rf"|(?:{AUX_WORDS}) {_SUBJECT}\b|(?:did|does|do) (?:the|a|an|his|her|their|its)\b"
    rf"|(?:explain|describe|list|name|summari[sz]e|tell me|give)\b)",
    re.I,
)
INVERTED = re.compile(
    rf"(?:(?:{PREP_WORDS}) (?:whom?|what|which)|when|where|why|how|what|which|whom)\b"
    rf"(?: \w+){{0,3}}? (?:{AUX_WORDS}) ",
    re.I,
)

_DOCS = r"(?:documents?|files?|docs?|sources?|texts?|data|information|content|contents)"
_HOLDER = (
    r"(?:this|the|that|my|your|our) "
    r"(?:folder|index|collection|library|corpus|database|archive|system)"
)
_INDEX = r"(?:this|the|your|my|our) (?:index|collection|corpus)"  # no library, with its own hours
_HERE = (
    rf"(?: (?:here|now|currently|available|indexed|loaded|(?:in|of) {_HOLDER}|in (?:here|total)))*"
)
_HAVE = r"(?:have|hold|know|contain|see|read|index|use|search|cover|store)"
COLLECTION = re.compile(
    r"(?:(?:please |can you |could you |do you know )*(?:tell me |show me |list |show |name )?)?(?:"
    rf"(?:what|which) (?:(?:kinds?|sorts?|types?) of )?(?:the )?{_DOCS} (?:(?:do|did|can|have) )?"
    rf"(?:you|we|i|it|{_HOLDER}) ?(?:have )?(?:{_HAVE}|got|indexed|loaded)?(?: about| got)?{_HERE}"
    rf"|(?:what|which) {_DOCS} (?:does|do) {_HOLDER} {_HAVE}"
    rf"|(?:what|which) {_DOCS} (?:are|is|were|have been|has been) (?:there|indexed|loaded|"
    rf"available|included|here|in {_HOLDER}){_HERE}"
    rf"|what(?: is|'s| are)(?: there)? (?:in|inside) {_HOLDER}|what does {_HOLDER} {_HAVE}"
    rf"|how many (?:{_DOCS}|passages) (?:are|is|do|does|did|have(?: been)?) (?:there|here|indexed|"
    rf"loaded|available|you|i|we|(?:in )?{_HOLDER})(?: (?:{_HAVE}|got|indexed|loaded))?{_HERE}"
    rf"|(?:what is |what's )?the number of {_DOCS} in {_INDEX}"
    rf"|how (?:big|large) is {_INDEX}|what(?: is|'s) indexed{_HERE}"
    r"|(?:all |the |your |my |of )*(?:documents|files|sources)"
    rf"(?: (?:that )?(?:you|i|we) (?:have|know))?{_HERE}"
    rf"|what (?:do you (?:have|know|know about)|have you (?:got|read|indexed))(?: about)?{_HERE}"
    rf"|what (?:is|are) (?:these|the|your|this|my) {_DOCS} about"
    rf"|what is {_HOLDER} about|what (?:can|could|should|may) i ask(?: you)?(?: about)?"
    r")",
)
_CHANGED = r"(?:updated|changed|modified|refreshed|built|rebuilt|made|created|indexed|read)"
_INDEXED = rf"(?:(?:these|the|your|my|our|all) {_DOCS})"
UPDATED = re.compile(
    r"(?:(?:please |can you |could you |do you know )*(?:tell me )?)?(?:"
    rf"when (?:was|were|is|did) {_INDEX} (?:last |most recently |first )?{_CHANGED}(?: last)?"
    rf"|when did {_INDEX} (?:last )?change|when (?:was|is) the last (?:update|change)(?: (?:of|to) "
    rf"{_INDEX})?"
    rf"|when (?:was|were) {_INDEXED} (?:last (?:indexed|read|updated)|indexed)"
    rf"|when did (?:you|we|i) (?:last )?(?:read|index|update) (?:{_INDEXED}|{_INDEX})(?: last)?"
    rf"|how (?:old|recent|current|fresh|up to date|up-to-date) is {_INDEX}"
    rf"|is {_INDEX} (?:still )?(?:up to date|up-to-date|current)"
    rf"|what is the date of (?:the last (?:update|change) (?:of|to) )?{_INDEX}"
    rf"|(?:the )?last (?:update|change) (?:of|to) {_INDEX}"
    r")",
)
_ANYONE = (
    r"(?: (?:there|everyone|everybody|all|again|citewell|you|so much|very much|a lot|friend|"
    r"for \w+(?: \w+){0,2}))*"
)
_THANKS = r"thanks|thank you|many thanks|thx|cheers"
_GOODBYE = r"bye|goodbye|bye bye|see you|good night"
_AGREED = r"ok|okay|great|nice|cool|perfect"
SMALL_TALK = re.compile(
    rf"(?:(?:{_HELLO}|howdy|greetings|{_THANKS}|{_GOODBYE}|{_AGREED}|welcome)){_ANYONE}"
    r"|how are you(?: doing)?(?: today)?|who (?:are|made|built) you|what are you|"
    r"(?:what is|what's) your name|what can you(?: help(?: me)? with| do)(?: for me)?|"
    r"what do you do|"
    r"how do you work|help|help me|(?:how )?can you help(?: me)?|nice to meet you|are you (?:an? )?"
    r"(?:ai|bot|robot|human|there)"
)

# "What about Georgia (members)?" asks where Georgia is spoken of, as does "Do you have anything on
# Georgia?"; the topic in brackets was put there by ``rag.question.followup``.
_THINGS = r"(?:any )?(?:information|documents?|files?|texts?|news|details)"
_HOLDINGS = (  # no "on" the roof
    rf"(?:(?:do|have) you (?:have |got )?(?:(?:any|some)thing|{_THINGS}) (?:about|on|regarding)"
    rf"|(?:is|are) there (?:(?:any|some)thing|{_THINGS}) (?:about|regarding)"
    r"|(?:is|are) there (?:any )?(?:information|details) on)"
)
WHAT_ABOUT = re.compile(
    rf"^(?:(?:what|how) about|{_HOLDINGS}) "
    rf"(?!.*\b(?:{'|'.join(sorted(WH))}|if)\b)([^?.!()]+?)"
    r"(?: \([^()]*\)?)?[?.!\s]*$",
    re.I,
)


def clauses(text: str) -> list[str]:
    """The text folded and cut at punctuation."""
    return [p.strip() for p in re.split(r"[.,!?;:…]+", fold(" ".join(text.split()))) if p.strip()]


REPLIES = {  # what small talk is when a piece of it fits
    name: re.compile(rf"(?:{words}){_ANYONE}")
    for name, words in (("goodbye", _GOODBYE), ("thanks", _THANKS), ("agreed", _AGREED))
}


def is_small_talk(text: str) -> bool:
    pieces = clauses(text)
    return bool(pieces) and all(SMALL_TALK.fullmatch(piece) for piece in pieces)
