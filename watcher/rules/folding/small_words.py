"""English words that say nothing of what a paper is about, as folding leaves them."""

from __future__ import annotations

_SMALL = """
    a about above after again against all also although an and another any approach are as at be because been before
    being below between both but by can could demonstrate did do does down during each either every existing few
    first for from further had has have here how however if in into is it its just like made make many may method
    might more most much must new no nor not novel of off often on once one only or other our out over own paper per
    present propose result same several shall should show shown since so some still such than that the their them
    then there these they this those though through thus to too two under until up upon us use used using very via
    was we were what when where whether which while who whom whose why will with within without work would yet you
    your
"""
_OF_ALL_ABSTRACTS = """
    across allow allows almost along among based best better cannot design different done due effective effectively
    enable enables et even experiment extensive finally framework having high important improve increase introduce
    itself large less model multiple need now number particularly perform performance previous problem provide
    recent recently set significant significantly state step strong study task three together various well
"""

SMALL_WORDS = frozenset(_SMALL.split())
"""Words that any text has. They are no phrase of a paper, and do not part the words of a pair."""

NOT_SHOWN = SMALL_WORDS.union(_OF_ALL_ABSTRACTS.split())
"""Words that say nothing to people, those of most abstracts among them; they may count, but are not shown."""
