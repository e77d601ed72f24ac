"""Questions that stand alone in the middle of a conversation come back as the identical string."""

from __future__ import annotations

import pytest

from rag.question.followup import readings
from rag.types import Turn

ALONE = """\
Is there a car park near the station?
How many islands are there in the Baltic Sea?
Are there any exceptions to the rule on overtime?
Why is there a gap between the two walls of a cavity wall?
Did the court say that the contract was void?
Is it true that the earth is older than the moon?
Does the law require that employers keep records?
Which planets are known to have rings that can be seen?
Do doctors recommend that children sleep ten hours?
Is it allowed to smoke in restaurants in Spain?
Is it possible to cancel a train ticket online?
Is it safe to eat raw mushrooms?
How long does it take to learn Finnish?
How much does it cost to send a parcel to Canada?
What time is it in Nairobi?
Does it rain often in Bergen?
What does it mean when the oil light flashes?
Is it worth insuring an old car?
If I lose my passport, what should I do so that I can fly home?
Why are nights so cold in the desert?
Is tea grown in Georgia too?
Can cats eat fish too?
What is the next step after filing a complaint with the ombudsman?
Who was the first woman in the Swedish parliament?
Which other languages are spoken in Belgium besides French?
What is the other name of the river Oder?
Who was the last king of Portugal?
Are employees paid for the first day of sick leave?
How do bees find their way back to the hive?
When Marie Curie came to Paris, where did she live?
Does a tenant have to repaint the flat before he moves out?
If a parcel is damaged, who pays for it?
What happens to a company's debts when it is dissolved?
Can a landlord keep the deposit if he sells the house?
Why do cats purr when they sleep?
Which drinks have sugar in them?
Besides its beaches, what is Peru famous for?
When he was mayor, what did Henrik Dahl build in Odense?
What is the difference between the former and the current edition of the building code?
Who is the former president of Estonia?
In what year did Norway and Sweden end their union?
How do I reset the password of my Ledgerly account?
What is the capital of Mongolia?
And what is the capital of Mongolia?
So how do vaccines work against measles?
Then who invented the telephone?
When and where was Alan Turing born?
How should parents talk to children about drugs?
Do I have to be there in person to register a birth in Malta?
What are the ones and zeros in a binary file called?
How many of the planets have no moon?
Which of the Baltic states joined the euro first?
What are some of the symptoms of diabetes?
Is this year's budget of Lyon larger than last year's?
Which films are shown in Bristol this week?
How is the weather in Oslo at this time of year?
Who won the 100 metres at the Olympic Games in 1936?
What should those who miss the deadline for an appeal do?
Can people over 65 travel free on London buses?
What is that tall building next to the Opera House in Sydney called?
Do all members of the European Union use the euro?
How long before the flight do I have to be at Gatwick airport?
What is a heat pump and how does it work?
List the rivers of Scotland that flow into the North Sea
What else did Leonardo da Vinci invent besides flying machines?
Is everything in a museum shop in Rome taxed the same way?
At what age do children start school in Denmark?
For which disease is Lorvax prescribed in Ireland?
Why can't penguins fly?""".splitlines()

HISTORIES = (
    ("How much notice must a landlord give?", "The landlord must give three months' notice."),
    ("Who led the strike in Marlbeck?", "It was led by Hannah Dobb, a weaver at Low Mill."),
    ("Can members bring guests to the pool?", "Guests are welcome on Sundays for 4 euros."),
    ("When was the Tamar bridge opened?", "The documents do not say."),
    ("How do I descale the Aroma 300?", "Fill the tank and press the button for five seconds."),
)


@pytest.mark.parametrize("question", ALONE)
def test_it_comes_back_as_it_is(question: str) -> None:
    for asked, answer in HISTORIES:
        history = [Turn("user", asked), Turn("assistant", answer)]
        assert readings(question, history) == (question,), asked
