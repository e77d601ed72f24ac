from __future__ import annotations

import pytest

from rag.question.computing import asks_to_compute, extremes


@pytest.mark.parametrize(
    "question",
    [
        "How many times is the lighthouse mentioned?",
        "How many times is the lighthouse mentioned in the documents?",
        "How often was Ada Moreau mentioned in the interview?",
        "Can you tell me how many times the harbour is mentioned?",
        "How often does the word “tide” occur in these documents?",
        "How many times is the captain quoted in this report?",
        "How many documents mention the lighthouse?",
        "How many sources say so?",
        "How many witnesses talk about the storm?",
        "In how many documents is the storm mentioned?",
        "In the interviews, how many people are mentioned?",
        "How many different ships are mentioned?",
        "How many words are in this document?",
        "How many lines are in the file?",
        "Count the documents about herring.",
        "Could you please count how many ships came?",
        "What is the number of times the storm is mentioned?",
        "Who is mentioned most often?",
        "Which ship is mentioned the most?",
        "Which ship is most frequently mentioned in the letters?",
    ],
)
def test_counting(question: str) -> None:
    assert asks_to_compute(question) == "counting"


@pytest.mark.parametrize(
    "question",
    [
        "What is 12 + 7?",
        "How much is 12 times 7?",
        "What's 15% of 300?",
        "What is the sum of the 2019 and 2020 budgets?",
        "What is the sum of 12 and 7?",
        "What is the average of all the temperatures?",
        "What is the average of the three prices?",
        "What is the difference in price between the barge and the ferry?",
        "What is the difference between the population of Arl and that of Brest?",
        "Calculate the total cost.",
        "Could you add up the prices?",
        "How much more does the ferry cost than the barge?",
        "How many more ships than barges came?",
        "How much older is Ada than Li?",
        "How many years older is Ada than Li?",
        "By how much more did they pay than in spring?",
        "How many years between the first and the second flood?",
        "How many years passed between the flood and the fire?",
        "How many days were there between the flood and the fire?",
        "How long was it between the flood and the fire?",
        "How many ships did Arl and Brest have combined?",
    ],
)
def test_arithmetic(question: str) -> None:
    assert asks_to_compute(question) == "arithmetic"


@pytest.mark.parametrize(
    "question",
    [
        "Compare what Ada and Li say about the storm.",
        "Can you compare the two interviews?",
        "Do the sources agree on the number of ships?",
        "How do the two reports differ?",
        "What are the differences between the two letters?",
        "Which document gives the largest number of ships?",
    ],
)
def test_comparison(question: str) -> None:
    assert asks_to_compute(question) == "comparison"


@pytest.mark.parametrize(
    "question",
    [
        "How many soldiers took part?",
        "How many people are on the list?",
        "How many ships are listed in the annex?",
        "How many times did the lighthouse burn?",
        "How many times was Ada Moreau married?",
        "How many times was the player named captain?",
        "How many times was he mentioned in dispatches?",
        "How often does the comet appear?",
        "How often does the ferry run?",
        "How many articles does the treaty have?",
        "How many pages does the report have?",
        "How many letters are in the Greek alphabet?",
        "How many documents were signed at the summit?",
        "How many sources does the river have?",
        "How many chapters are there in the novel?",
        "How many witnesses were heard?",
        "How many people were killed in total?",
        "How many words does the oath have?",
        "Who was Count Orsini?",
        "What is the count of sheep in the valley?",
        "What is the average temperature in Arl?",
        "What is the average of rainfall in spring?",
        "What was the mean depth of the lake?",
        "What is the sum of the angles of a triangle?",
        "What sum did the mayor pay?",
        "What is the total population of the island?",
        "What is the difference between a barge and a ferry?",
        "What is the difference between the two locks?",
        "What is the product of the factory?",
        "What is the product of burning coal and air?",
        "What is the ratio of men to women?",
        "How much more money is needed?",
        "How many more ships are coming?",
        "How much longer will the strike last?",
        "How many hours does the train take between Arl and Brest?",
        "How many trains a day run between Arl and Brest?",
        "How long is the tunnel between Arl and Brest?",
        "How long did the war between Arl and Brest last?",
        "How many years after the flood was the dam built?",
        "How old is the lighthouse?",
        "How much does the ferry cost?",
        "Which is larger, the barge or the ferry?",
        "Is the barge larger than the ferry?",
        "Which ship is the largest?",
        "Who is mentioned as the builder of the dam?",
        "Which ship was mentioned first?",
        "How does the barge compare with the ferry?",
        "Which report led to the reform?",
        "Which source gives the river its water?",
        "Do the ministers agree on the budget?",
        "How do you calculate the tide?",
        "How do the two fish differ?",
        "Explain how the ferry was paid for.",
        "Summarise the interview.",
        "What documents do you have?",
        "ferry prices and barge prices",
        "",
    ],
)
def test_facts_stay_facts(question: str) -> None:
    assert asks_to_compute(question) is None


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Which ship has the largest crew?", {"largest"}),
        ("Who earned the most in the worst year?", {"most", "worst"}),
        ("Which city has most schools?", {"most"}),
        ("Who most recently became chair?", set()),
        ("How do I best reach the museum?", set()),
        ("Who is the best known of the painters at Best Buy?", set()),
        ("Which of the OLDEST mills is busiest?", {"oldest", "busiest"}),
        ("How many people may enter at most?", set()),
        ("Who did most of the work?", set()),
        ("What is the latest offer for the forest in the west?", set()),
    ],
)
def test_words_that_compare_all_of_a_kind(question: str, found: set[str]) -> None:
    assert extremes(question) == found
