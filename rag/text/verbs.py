"""Verbs of English as they stand in questions: lists, since no tagger tells them from nouns."""

from __future__ import annotations

import re

from rag.text.words import word_set

# forms that are hardly ever a noun or an adjective in a question
VERBS = word_set(
    "aged attend became become began begin begun born bring brought built buy call came cause "
    "change choose chosen come contain cost count cure describe died differ done drawn driven "
    "exist explain fall fell fight find fought found gave get gets give given go gone got grew "
    "grow grown happen happens hear heard held help include includes increase join keep kept "
    "kill knew know known last lead learn leave led left lied like live lose lost made make "
    "makes mean means meet met move need occur originate owed own paid pay play prevent produce "
    "pronounce put ran reach read rebuilt receive recommend resign run said sang sat saw say "
    "says seen sell send sent shown sign sold speak spent spoke spoken stand start stood stop "
    "sung take taken taught teach think thought threw thrown tied told took travel treat try "
    "understand use used want went win won work worn write written wrote"
)
_THIRD = word_set(  # of them: "the tour starts at noon"
    "allows applies becomes begins brings brought closes comes consists contains depends "
    "describes differs ensures exists explains gives goes grows happens hears includes joins "
    "keeps knows lasts learns lies loses makes meets opens originates owns pays prevents "
    "produces provides reaches receives recommends remains requires says seems sees sells sends "
    "speaks starts takes teaches tells thinks understands wants wears writes"
)
THIRD_OR_NOUNS = word_set("costs ends falls leaves needs plays runs shows stops works")
# base forms, taken for verbs only where a verb has to stand: after "does the", "or", "to"
BASE = (VERBS - _THIRD) | word_set(
    "accept achieve act add adjust admit advise affect afford agree aim allow announce answer "
    "apologise appeal appear apply appoint argue arrange arrest arrive ask assess attach avoid "
    "ban be bear beat behave believe belong bend bind bite blink blow boil book borrow break "
    "breathe build burn calculate cancel carry catch celebrate charge check claim clean clear "
    "climb close collect combine compare compete complain complete confirm connect consider "
    "consist contact continue contribute control convert convince cook copy correct cover create "
    "cross crush cry cut cycle dance deal decide declare decline decrease deduct defend delay "
    "delete deliver demand deny depart depend descale deserve design destroy detect determine "
    "develop die disable disappear discover discuss dissolve distinguish divide do download draw "
    "dress drink drive drop dry earn eat edit elect emerge employ enable encourage end enjoy "
    "ensure enter establish evaluate evolve exceed exchange expand expect expire export extend "
    "fail fasten feed feel fill filter finish fit fix flow fly fold follow forbid forget form "
    "freeze fry function gain gather guarantee guess guide hand handle hang hate have heat hide "
    "hire hit hold hope hunt hurt ignore imply import improve inform inherit insert inspect "
    "install insure intend interpret introduce invent invest invite involve issue jump lay leak "
    "lend let lie lift limit link listen load lock log look love maintain manage manufacture mark "
    "marry match matter measure melt mention miss mix mount multiply notice obtain offer open "
    "operate order organise organize overlap override park participate pass perform permit "
    "persuade pick place plan plant point pour practise prefer prepare present press print "
    "process promise promote propose protect prove provide publish pull punish purchase push "
    "qualify quit raise react realise recharge recognise recognize record recover recycle reduce "
    "refer reflect refund refuse register reject relate release rely remain remember remove renew "
    "rent repair repeat replace reply report represent request require rescue reset resist "
    "respond rest restart restore result retire return reveal review ride ring rinse rise roll "
    "save search see seem select separate serve set settle shake share shift shine shoot show "
    "shut sing sink sit sleep slice smell smoke solve spell spend spin spread steal stick store "
    "stretch study submit succeed suffer suggest suit supply support suppose survive swim switch "
    "talk taste tear tell tend test thank throw tie touch trade train transfer translate "
    "transport turn undo unlock update upgrade upload vary visit vote wait wake walk warn wash "
    "waste watch wear weigh wipe wish withdraw wonder worry wrap yield"
)
# those of them that are nouns as often: "work permits", "a change"
ALSO_NOUNS = word_set(
    "act answer appeal ban beat bend bite blow book break burn call cause change charge check "
    "claim collect contact control cook copy cost count cover cross crush cure cut cycle dance "
    "deal delay demand design dress drink drive drop end exchange export fall feed fight filter "
    "find fit flow fold form function gain guarantee guess guide hand heat help hide hit hold hope "
    "hunt import increase issue jump last lead leak lift like limit link load lock log look love "
    "mark match matter measure mention mix mount need notice offer order park pass permit pick "
    "place plan plant play point present press print process promise pull purchase push raise "
    "reach read record refund release rent repair reply report request rescue reset rest result "
    "return review ride ring rise roll run search set share shift show sign slice smell smoke "
    "spell spin spread stand start stick stop store stretch study suit supply support switch "
    "talk taste tear test tie touch trade train transfer transport travel treat try turn update "
    "upgrade visit vote wait wake walk wash waste watch win wish work wrap yield"
)
THIRD_PERSON = _THIRD | {
    f"{verb[:-1]}ies"
    if re.search(r"[^aeiou]y$", verb)
    else f"{verb}{'es' if re.search('(?:s|x|ch|sh|o)$', verb) else 's'}"
    for verb in BASE - ALSO_NOUNS
}
MOTION = word_set(
    "arrive back came come coming cycle drive driving drove flew fly flying get gets getting go "
    "goes going gone got move moved moving return returned returning travel traveled travelled "
    "travelling walk walked walking went"
)
CARRYING = word_set("bring brought send sent ship shipped deliver delivered invite invited")
TAKING = word_set(  # "take it there", but not "take pictures there"
    "carried carry drive driven drove flew flown fly follow get got move moved post posted take "
    "taken took"
)
