"""Hard cases for sentence splitting, written by hand: ⟦…⟧ encloses each true sentence.

Conventions behind the marks:

- A list marker, a speech dash at the start of a paragraph and white space around a
  sentence are not part of it. A reference mark, a closing quote or bracket and an
  emoji behind the full stop belong to the sentence they close.
- A short quotation inside a sentence does not break it, whatever it holds. Speech that
  fills a paragraph is split like any other text.
- A question or exclamation mark followed by a lower-case letter does not end a sentence.

``OPEN`` is the half that the rules in ``index.passages.sentences`` were written with. ``HELD_OUT``
was written at the same time, with the same classes, and is only ever scored.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.types import Span


@dataclass(frozen=True, slots=True)
class Case:
    """A text and the spans of its true sentences."""

    kind: str
    text: str
    sentences: tuple[Span, ...]


def marked(kind: str, source: str) -> Case:
    """``Case`` from a text with ⟦…⟧ around each sentence."""
    text: list[str] = []
    spans: list[Span] = []
    start = 0
    for char in source:
        if char == "⟦":
            start = len(text)
        elif char == "⟧":
            spans.append(Span(start, len(text)))
        else:
            text.append(char)
    return Case(kind, "".join(text), tuple(spans))


_OPEN: tuple[tuple[str, str], ...] = (
    ("title", "⟦Dr. Smith met Mrs. Jones and Prof. Lee.⟧ ⟦They spoke for an hour.⟧"),
    ("title", "⟦Gen. Petrov and Lt. Col. Ivanov signed it.⟧ ⟦Sen. Brown did not.⟧"),
    ("country", "⟦The U.S. Senate voted on Monday.⟧ ⟦The bill passed.⟧"),
    ("country", "⟦He moved to the U.S. in 1990.⟧ ⟦His son stayed in the U.K.⟧ ⟦They never met.⟧"),
    ("latin", "⟦Use a solvent, e.g. Ethanol, i.e. Alcohol.⟧ ⟦Then rinse.⟧"),
    ("latin", "⟦Apples, pears, etc. were sold.⟧ ⟦Nobody bought them.⟧"),
    ("number sign", "⟦It peaked at No. 5 on the chart.⟧ ⟦The album was No. 1.⟧"),
    ("versus", "⟦In Roe vs. Wade the court ruled.⟧ ⟦Brown v. Board of Education came earlier.⟧"),
    ("company", "⟦Apple Inc. was founded in 1976.⟧ ⟦Smith & Co. Ltd. followed.⟧"),
    ("company", "⟦He works for Acme Corp.⟧ ⟦She works for the state.⟧"),
    ("month", "⟦It began on Jan. 5 and ended on Sept. 12.⟧ ⟦Nobody came.⟧"),
    ("time", "⟦The train leaves at 5 p.m. on Friday.⟧ ⟦It arrives at 7 a.m.⟧ ⟦Be there.⟧"),
    ("article", "⟦Under Art. 5 of the treaty this is lawful.⟧ ⟦Sec. 3 says so too.⟧"),
    ("initials", "⟦J. R. R. Tolkien wrote it.⟧ ⟦C.S. Lewis read it.⟧"),
    ("initials", "⟦K.-J. Tokayev spoke first.⟧ ⟦Then George W. Bush replied.⟧"),
    ("initials", "⟦The vitamin is called vitamin C.⟧ ⟦It is in fruit.⟧"),
    ("quote", '⟦He said: "We go. Now."⟧ ⟦Then he left.⟧'),
    ("quote", '⟦"Where is it?" he asked.⟧ ⟦Nobody knew.⟧'),
    ("quote", "⟦“It is over,” she said.⟧ ⟦“We won.”⟧ ⟦The crowd cheered.⟧"),
    ("quote", "⟦She wrote 'It is done.'⟧ ⟦He didn't believe it.⟧"),
    ("quote", '⟦The song "What\'s Up?" was a hit.⟧ ⟦It sold well.⟧'),
    ("guillemets", "⟦Il a dit : « Je pars. »⟧ ⟦Elle est restée.⟧"),
    ("speech dash", "— ⟦We did not know.⟧ ⟦Nobody told us — not even the police.⟧"),
    ("speech dash", "– ⟦How many came?⟧\n\n– ⟦About 70 people.⟧ ⟦Most stayed.⟧"),
    ("dash", "⟦The plan – if there is one – is secret.⟧ ⟦It failed – twice.⟧"),
    ("decimal", "⟦Some 3.6 thousand people came.⟧ ⟦That is 2.5% more.⟧"),
    ("version", "⟦Install v1.2.3 first.⟧ ⟦Python 3.11 is needed.⟧ ⟦Version 2.0 is not out.⟧"),
    ("ellipsis", "⟦Well... I think so.⟧ ⟦We shall see.⟧"),
    ("ellipsis", "⟦He waited and waited…⟧ ⟦Then the door opened.⟧"),
    ("marks inside", "⟦The company Yahoo! was sold.⟧ ⟦Its price fell.⟧"),
    ("marks inside", "⟦He came (did he?) and left.⟧ ⟦She stayed (of course!).⟧"),
    ("brackets", "⟦It works.⟧ ⟦(See the appendix.)⟧ ⟦Then we stop.⟧"),
    ("brackets", "⟦The town (pop. 5,000) is small.⟧ ⟦It has a church (built c. 1200).⟧"),
    ("stacked marks", "⟦What?!⟧ ⟦No!!!⟧ ⟦Yes.⟧"),
    ("science", "⟦As Fig. 2 shows, it grows.⟧ ⟦Smith et al. (2019) agree.⟧"),
    ("science", "⟦Growth of E. coli was slow.⟧ ⟦S. aureus grew fast (cf. Table 3).⟧"),
    ("law", "⟦See 28 U.S.C. § 1331 and § 5 of the act.⟧ ⟦The court agreed.⟧"),
    ("law", "⟦Smith v. Jones, 5 F.3d 10 (2d Cir. 1993), controls.⟧ ⟦We affirm.⟧"),
    ("reference", "⟦The war ended in 1945.[1]⟧ ⟦Peace came.[2][3]⟧ ⟦It lasted.⟧"),
    ("numbered list", "1. ⟦First open the door.⟧\n2. ⟦Then walk in.⟧ ⟦Sit down.⟧\n3. ⟦Wait⟧"),
    ("bullets", "⟦You need:⟧\n- ⟦a hammer⟧\n- ⟦some nails.⟧ ⟦Long ones.⟧\n* ⟦wood⟧"),
    ("bullets", "(a) ⟦The tenant pays.⟧\n(b) ⟦The owner repairs.⟧"),
    ("url", "⟦See https://example.com/a.b?c=d.e for more.⟧ ⟦Write to a.b@example.com now.⟧"),
    ("file", "⟦Edit config.yaml and run setup.py.⟧ ⟦Then read README.md again.⟧"),
    ("glued", "⟦The war ended.⟧⟦Then peace came.⟧ ⟦It lasted.⟧"),
    ("glued", "⟦He left in 1945.⟧⟦She stayed.⟧ ⟦Use Node.js or example.com for it.⟧"),
    ("wrapped", "⟦This line is\nwrapped here.⟧ ⟦And this\none too.⟧"),
    ("paragraphs", "⟦A heading without a stop⟧\n\n⟦The text begins here.⟧ ⟦It goes on.⟧"),
    ("russian", "⟦Он родился в 1990 г. в Москве.⟧ ⟦Потом, т. е. позже, он уехал.⟧"),
    ("russian", "⟦А. С. Пушкин жил на ул. Мойка.⟧ ⟦Там было 5 тыс. книг.⟧ ⟦Он писал.⟧"),
    ("german", "⟦Das gilt z. B. für Kinder.⟧ ⟦Am 3. Oktober 1990 war es so weit.⟧"),
    ("spanish", "⟦¿Dónde está el Sr. García?⟧ ⟦¡No lo sé!⟧ ⟦Se fue.⟧"),
    ("chinese", "⟦我们走了。⟧⟦他问：“为什么？”⟧⟦没有人回答！⟧"),
    ("japanese", "⟦「はい。」と彼は言った。⟧⟦雨が降っていた。⟧"),
    ("hindi", "⟦यह पहला वाक्य है।⟧ ⟦यह दूसरा है।⟧"),
    ("arabic", "⟦هل وصل القطار؟⟧ ⟦نعم، وصل.⟧ ⟦شكرا!⟧"),
    ("combining", "⟦Il est alle\u0301.⟧ ⟦E\u0301tait-il la\u0300?⟧ ⟦Non.⟧"),
    ("emoji", "⟦Great job! 👍🏽⟧ ⟦The next one starts now 👩‍👩‍👧.⟧ ⟦Fine.⟧"),
    ("crlf", "⟦The first line\r\nwraps.⟧ ⟦It ends.⟧\r\n\r\n⟦A new one⟧\r\n\r\n⟦The last.⟧"),
    ("lower start", "⟦Sales fell.⟧ ⟦iPhone sales rose.⟧"),
)

_HELD_OUT: tuple[tuple[str, str], ...] = (
    ("title", "⟦Mr. and Mrs. Dursley lived there.⟧ ⟦Rev. Green and Hon. Judge White did not.⟧"),
    ("title", "⟦St. Paul is near Ft. Snelling.⟧ ⟦Mt. Rainier is far.⟧"),
    ("country", "⟦The U.N. Security Council met.⟧ ⟦Washington, D.C. was quiet.⟧"),
    ("country", "⟦Goods came from the U.S.⟧ ⟦The tax was 5 percent.⟧"),
    ("latin", "⟦Many tools (e.g. Hammers) exist, viz. Claw hammers.⟧ ⟦Take one.⟧"),
    ("latin", "⟦They sell bread, milk, etc.⟧ ⟦The shop closes at noon.⟧"),
    ("number sign", "⟦Opus No. 9 and Nos. 10 to 12 were lost.⟧ ⟦See p. 7 and pp. 9-11.⟧"),
    ("versus", "⟦It was man vs. machine.⟧ ⟦Plessy v. Ferguson was overruled.⟧"),
    ("company", "⟦Tesla, Inc. and Ford Motor Co. merged.⟧ ⟦Bros. Levy did too.⟧"),
    ("company", "⟦The firm is now Widget Ltd.⟧ ⟦It has ten staff.⟧"),
    ("month", "⟦On Feb. 29, Tues. morning, it rained.⟧ ⟦By Dec. 1 it was dry.⟧"),
    ("time", "⟦At 10 a.m. Monday the talks began.⟧ ⟦They ended at 3 p.m.⟧ ⟦Nothing was signed.⟧"),
    ("article", "⟦Arts. 3 and 4, para. 2, apply.⟧ ⟦Ch. 7 does not.⟧"),
    ("initials", "⟦H. G. Wells met E.M. Forster.⟧ ⟦They argued.⟧"),
    ("initials", "⟦J.-P. Sartre and Franklin D. Roosevelt never met.⟧ ⟦Malcolm X. was younger.⟧"),
    ("initials", "⟦The best plan is plan B.⟧ ⟦We chose it.⟧"),
    ("quote", '⟦The sign read "Stop. Danger ahead." in red.⟧ ⟦We turned back.⟧'),
    ("quote", "⟦“Go away!” shouted the man.⟧ ⟦Nobody moved.⟧"),
    ("quote", '⟦"We lost," he admitted.⟧ ⟦"But we will return."⟧ ⟦He smiled.⟧'),
    ("quote", "⟦The note said ‘Do not enter.’⟧ ⟦We entered.⟧"),
    ("quote", "⟦Have you seen “Who Framed Roger Rabbit?” yet?⟧ ⟦I have.⟧"),
    ("guillemets", "⟦Он сказал: «Мы уходим. Сейчас».⟧ ⟦И ушёл.⟧"),
    ("speech dash", "- ⟦Did they come back?⟧ ⟦And when?⟧"),
    ("speech dash", "— ⟦Why not?⟧\r\n\r\n— ⟦It was late.⟧ ⟦We were tired.⟧"),
    ("dash", "⟦One man — the oldest — wept.⟧ ⟦Why? — he was asked.⟧"),
    ("decimal", "⟦The rate fell to .5 from 1.75.⟧ ⟦The debt is $4.2 million.⟧"),
    ("version", "⟦Release 2.0.1-rc.1 fixed it.⟧ ⟦The host 192.168.0.1 is down.⟧"),
    ("ellipsis", "⟦She said . . . nothing at all.⟧ ⟦It was odd.⟧"),
    ("ellipsis", "⟦I wonder...⟧ ⟦The lamp went out.⟧ ⟦And so on … and on.⟧"),
    ("marks inside", "⟦The musical Oklahoma! opened in 1943.⟧ ⟦It ran for years.⟧"),
    ("marks inside", "⟦The result (a surprise!) was clear.⟧ ⟦Who voted (and why?) is unknown.⟧"),
    ("brackets", "⟦Nobody came.⟧ ⟦[The record is incomplete.]⟧ ⟦The session closed.⟧"),
    ("brackets", "⟦The king (r. 1066–1087) died (b. ca. 1028).⟧ ⟦His son ruled.⟧"),
    ("stacked marks", "⟦Really??⟧ ⟦Stop!⟧ ⟦Now…?⟧ ⟦Fine.⟧"),
    ("science", "⟦Eq. 3 and Figs. 4-6 hold (approx. 5 mm).⟧ ⟦See ref. 12.⟧"),
    ("science", "⟦Mice (n = 5; P < .05) ate C. elegans.⟧ ⟦Dose was 5 mg i.v. twice.⟧"),
    ("law", "⟦Fed. R. Civ. P. 12(b)(6) applies.⟧ ⟦The motion is denied.⟧"),
    ("law", "⟦Under 42 C.F.R. § 405.1, cl. 2, he may sue.⟧ ⟦Id. at 7.⟧ ⟦We reverse.⟧"),
    ("reference", "⟦The sky is blue.¹⟧ ⟦The sea is too.²⟧ ⟦So is he.⟧"),
    ("numbered list", "1) ⟦Wash the rice.⟧\n2) ⟦Boil it.⟧\n10) ⟦Serve warm.⟧"),
    ("bullets", "• ⟦Founded in 1990⟧\n• ⟦Ten staff⟧\n• ⟦Based in Oslo.⟧ ⟦No branches.⟧"),
    ("bullets", "⟦We agreed that⟧\n  - ⟦prices rise.⟧\n  - ⟦wages do not.⟧"),
    ("url", "⟦Visit www.example.org.⟧ ⟦Or mail J.Doe@mail.example.co.uk today.⟧"),
    ("file", "⟦Open report.final.docx.⟧ ⟦The file data.csv.gz is large.⟧"),
    ("glued", "⟦Nobody knew why.⟧⟦Was it the rain?⟧⟦Perhaps it was.⟧"),
    ("glued", "⟦He said no.”⟧⟦She laughed.⟧ ⟦Visit Example.org or run a.out.⟧"),
    ("wrapped", "⟦The report, by\nDr. Lee, is\nlate.⟧ ⟦It is long.⟧"),
    ("paragraphs", "⟦Chapter 1⟧\n \n⟦It was night.⟧\n\n\n⟦Nobody slept⟧"),
    ("russian", "⟦В 2020–2021 гг. цены выросли на 5 млн руб. в год.⟧ ⟦Это много.⟧"),
    ("russian", "⟦Встреча И. И. Иванова и пр. прошла в г. Ереване.⟧ ⟦Итог?⟧ ⟦Никакого.⟧"),
    ("german", "⟦Prof. Dr. Müller kam am 24. Dezember, d. h. spät.⟧ ⟦Er blieb usw.⟧ ⟦Sie ging.⟧"),
    ("french", "⟦M. Dupont est arrivé.⟧ ⟦Mme Curie aussi, p. ex. hier.⟧ ⟦Vraiment ?⟧ ⟦Oui !⟧"),
    ("chinese", "⟦他说：“走吧。我们回家。”⟧⟦然后走了……⟧⟦真的吗？⟧⟦是！⟧"),
    ("japanese", "⟦今日は晴れです。⟧⟦明日は？⟧⟦わかりません。⟧"),
    ("armenian", "⟦Սա առաջինն է։⟧ ⟦Սա երկրորդն է։⟧"),
    ("urdu", "⟦یہ پہلا جملہ ہے۔⟧ ⟦کیا یہ دوسرا ہے؟⟧ ⟦ہاں۔⟧"),
    (
        "combining",
        "⟦Viet Na\u0323\u0306m tha\u0306\u0301ng.⟧ ⟦A\u030angstro\u0308m left.⟧ ⟦O\u0308l.⟧",
    ),
    ("emoji", "⟦We won 🎉!⟧ ⟦Thanks to all. ❤️⟧ ⟦See you 🇦🇲.⟧"),
    ("crlf", "1. ⟦Open it.⟧\r\n2. ⟦Close it\r\nslowly.⟧ ⟦Done.⟧"),
    ("lower start", "⟦He sold it.⟧ ⟦eBay took a fee.⟧"),
)

OPEN = tuple(marked(kind, source) for kind, source in _OPEN)
HELD_OUT = tuple(marked(kind, source) for kind, source in _HELD_OUT)
