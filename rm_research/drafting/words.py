"""Words that identify columns of exports: columns added by survey software, facts, and answers that mean none."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rm_research.study.entries import tidy_text

CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
SEPARATORS = re.compile(r"[\s_.\-:?*#]+")

CACHED = 1 << 16  # names, which are examined again for each fact
# names of columns that survey software adds, as `plain` returns them
SYSTEM = re.compile(
    # Qualtrics
    r"start date|end date|recorded date|status|response type|progress|finished|response (?:id|set)|duration(?: .*)?"
    r"|external (?:data )?reference|distribution channel|user language|q recaptcha score|q relevant id .*"
    r"|q ballot box .*|q dub score|q fraud score|q duplicate .*|q total duration|.*(?:first|last) click"
    r"|.*page submit|.*click count"
    # Google and Microsoft Forms
    r"|timestamp|zeitstempel|(?:total )?score|punkte|start time|completion time|last modified time|startzeit"
    r"|fertigstellungszeit"
    # SurveyMonkey
    r"|respondent ?id|collector ?id|date created|date modified|custom data \d+"
    # LimeSurvey
    r"|submitdate|date submitted|last ?page|start ?language|seed|startdate|date started|datestamp|date last action"
    r"|refurl|referr?er url|total time|interview ?time|(?:group|question) time .*|groeptijd .*|file ?count .*"
    # REDCap
    r"|redcap .*|.* complete|.* timestamp|survey timestamp"
    r"|unnamed \d+|column \d+"
)
# choices that a person ticked in a list: one column per choice
CHECKBOX = re.compile(r"___\w+$")

# when a questionnaire was submitted, the best indication first
SUBMITTED = (
    "recorded date", "date submitted", "submitdate", "submitted", "timestamp", "zeitstempel", "completion time",
    "fertigstellungszeit", "end date", "date last action", "datestamp", "date modified", "survey timestamp",
)  # fmt: skip
NAMES = {
    "cohort": r"cohort|kohorte|cohorte|study|term|semester|jahrgang|intake"
    r"|batch|edition|durchgang|course|kurs|programme round",
    "role": r"role|rolle|rôle|rol|part in the programme|funktion im programm",
    "arm": r"arm|group|gruppe|groupe|grupo|condition|bedingung|treatment|intervention"
    r"|treat|study arm|trial arm|group assignment",
    "dyad": r"dyad|dyade|pair|paar|tandem|binôme|pareja|couple|pair (?:no|nr|number|id)|dyad (?:no|nr|number|id)",
    "consent": r"consent|informed consent|agree|agreement|einwilligung|zustimmung|einverständnis|consentement"
    r"|consentimiento",
    "finished": r"finished|completed|beendet|abgeschlossen",
    "submitted": "|".join(SUBMITTED),
}
OWNER = r"(?:(?:the|your|my|ihr|dein|mein|respondents?|participants?|study|programme|program|survey) )*"
FACT_NAMES = {fact: re.compile(OWNER + f"(?:{pattern})") for fact, pattern in NAMES.items()}
# questions that ask for the fact; they count only if there are few different answers
ASKS = {
    "cohort": re.compile(
        r"^(?:in |please )?(?:which|what|when|select|choose|welche\w*|wann)\b.*\b(?:cohort|kohorte|intake)\b"
    ),
    "role": re.compile(r"^(?:please|which|what|your|welche\w*|ihre?)\b.*\b(?:role|rolle|part) (?:in|within|im) "),
    "consent": re.compile(
        r"\b(?:do you (?:agree|consent)|(?:agree|consent|willing|happy) to (?:take part|participate)"
        r"|i (?:agree|consent) to|stimmen sie .*zu|einverstanden)\b"
    ),
}
CODE = (
    r"codes?|code ?name|pseudonym|pins?|token|identifier|identification|kennung|kürzel|kuerzel|chiffre|codewort|alias"
)
ID = r"id|nr|no|num|number|nummer|key"
# names that a person's code may have; names of the second kind also fit row numbers
WHOSE = r"teilnehm(?:er|ende|erin)n?|proband(?:en|innen)?|versuchspersonen|personen|vpn?"  # before a German compound
PERSON_CODE = re.compile(rf".*\b(?:(?:{WHOSE})?(?:{CODE})|(?:{WHOSE})(?:{ID}))(?: (?:{ID}))?")
PERSON_ID = re.compile(
    rf"(?:sub|subj|subject|participant|respondent|person|student|staff|employee|pupil|child|member|study|record|teilnehmer"
    rf"|teilnehmerin|versuchsperson|vp|case)(?: ?(?:{ID}))?"
)
ROW_ID = re.compile(rf"(?:the |your |my )?(?:{ID})")

OCCASION = re.compile(
    r"occasion|event|wave|welle|time|time ?point|zeitpunkt|messzeitpunkt|visit|session|phase|year|jahr"
    r"|measurement|messung|assessment|survey|round|prepost|pre ?post|test|stage|redcap event name"
)
# words for an occasion and their place in time
MOMENTS = {
    "pre": 0, "before": 0, "baseline": 0, "start": 0, "vorher": 0, "vor": 0, "first": 0, "initial": 0, "prä": 0,
    "base": 0, "bl": 0, "prae": 0, "avant": 0, "antes": 0,
    "mid": 1, "midline": 1, "middle": 1, "during": 1, "mitte": 1, "interim": 1,
    "post": 2, "after": 2, "end": 2, "final": 2, "nachher": 2, "nach": 2, "endline": 2, "second": 2,
    "après": 2, "apres": 2, "después": 2, "despues": 2,
    "followup": 3, "follow up": 3, "fu": 3, "later": 3,
}  # fmt: skip

CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
DAY = (
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})"
    r"|\d{1,2}\.? (?:de )?[^\W\d_]{3,10}\.?,? (?:de )?\d{4}|[^\W\d_]{3,10}\.? \d{1,2},? \d{4}"
    r"|(?:19|20)\d{2}[01]\d[0-3]\d"
)
DATED = re.compile(rf"(?i:(?:{DAY})(?:[T,]?\s*{CLOCK})?(?:\s*(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}))?|{CLOCK})")

TECHNICAL_BLANKS = ("na", "n/a", "#n/a", "nan", "null", "n.a.", "missing", ".", "-", "--", "k.a.", "k. a.")
DECLINED = (
    "prefer not to say", "prefer not to answer", "n.a./prefer not to answer", "i prefer not to say", "no answer",
    "not applicable", "does not apply", "not sure/not applicable", "don't know", "don’t know", "do not know",
    "i don't know", "i don’t know", "dont know", "refused", "no response", "keine angabe", "weiß nicht",
    "weiss nicht", "trifft nicht zu / keine angabe", "möchte ich nicht sagen", "nicht zutreffend",
)  # fmt: skip
BLANK_WORDS = frozenset(map(tidy_text, (*TECHNICAL_BLANKS, *DECLINED)))
BLANK_NUMBERS = frozenset(
    (99, 98, 97, 88, 77, 999, 998, 997, 888, 9999, -1, -7, -8, -9, -66, -77, -88, -97, -98, -99, -999)
)

DEMOGRAPHIC = re.compile(
    r"(?:.* )?(?:age|alter|sex|gender|geschlecht|ethnicity|race|educ|education|degree|qualification|income|salary"
    r"|grade|department|division|directorate|team|class|class (?:num|no|id)|school|site|country|region|religion|tenure"
    r"|nationality|marital|marital status|rank"
    r"|occupation|profession|job|job title|beruf|abteilung|klasse|schule|bildung|einkommen|seniority|language"
    r"|unit|office)"
)
CLUSTER = re.compile(
    r"(?:.* )?(?:class(?: ?room)?|klasse|school|schule|team|department|abteilung|site|cluster|ward|unit|office)"
    r"(?: (?:num|no|nr|id|number|code|name))?"
)
# a question whose answer may be somebody's name, recognised by the column's name or text
PEOPLE = re.compile(
    r"\b(?:\w*name[ns]?|(?:mentor|mentee|leader|manager|facilitator|coach|trainer|teacher|instructor|supervisor|tutor"
    r"|boss|buddy|moderator|betreuer|leiter|lehrer|dozent|chef)(?:e?s|in|innen|en)?|führungskr[aä]fte?n?"
    r"|vorgesetzte[rn]?|ansprechpartner(?:in)?)\b|^(?:who|whom|whose|wer|wen|wem|wessen)\b"
)
HOW_MUCH = re.compile(r"(?:how|wie) (?:often|many|much|long|well|far|oft|viele?|lange|gut|sehr|häufig)\b")
YES = ("yes", "y", "true", "1")  # entries that count as consent without being declared
AGREED = ("i agree", "i consent", "agree", "consent", "agreed", "yes, i agree", "yes, i consent", "i do", "ja",
          "ich stimme zu", "einverstanden", "ich bin einverstanden", "ja, ich stimme zu")  # fmt: skip
COMPARED = re.compile(
    r"\b(?:control|controls|cntl|ctrl|ctl|kontroll\w*|comparison|compared|wait ?list\w*|waiting(?: list)?|warteliste\w*"
    r"|placebo|vergleich\w*|usual|no (?:programme|treatment))\b"
)
LEADERS = re.compile(r"\b(?:leaders?|senior|seniors|mentees?|executives?|führungskr\w+|leitung)\b")
MENTORS = re.compile(r"\b(?:mentors?|mentorin|juniors?)\b")


@lru_cache(maxsize=CACHED)
def plain(name: str) -> str:
    """Name as separate words: 'RecordedDate' and 'recorded_date' become 'recorded date'."""
    return SEPARATORS.sub(" ", tidy_text(CAMEL.sub(" ", name))).strip()


def may_name_people(said: str) -> bool:
    """Whether a column with this name or question may hold people's names: 'Your mentor', 'Who leads the group?'."""
    words = plain(said)
    return PEOPLE.search(words) is not None and HOW_MUCH.match(words) is None


def is_dated(entry: str) -> bool:
    """Whether an entry is a date, a time, or both."""
    return DATED.fullmatch(entry.strip()) is not None


def is_system(name: str) -> bool:
    """Whether survey software adds a column with this name."""
    return bool(SYSTEM.fullmatch(plain(name)) or CHECKBOX.search(name))


def moment(entry: str) -> int | None:
    """Place in time that an entry mentions ('pre' 0, 'post' 2, 't1' 1); None if it mentions none."""
    words = plain(entry)
    if words in MOMENTS:
        return MOMENTS[words]
    if again := re.fullmatch(r"(post|follow ?up|fu) ?(\d)", words):
        return MOMENTS[again[1]] + int(again[2])
    numbered = re.fullmatch(
        r"(?:t|w|tp|wave|time|time ?point|welle|visit|survey|test|year|month|round|phase|session) ?(\d+)", words
    )
    return int(numbered[1]) if numbered else None


def all_moments(entries: Iterable[str]) -> bool:
    """Whether every entry is a word or number for an occasion."""
    return all(moment(entry) is not None for entry in entries)
