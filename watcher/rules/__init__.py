"""The rule language, and matching papers with rules. Pure.

``language/``: a rule's text to a tree
``text/``: folding: which spellings are one word
``match/``: one rule and one paper: does it match, where, and why not
``index/``: many rules and many papers, with the same answers
``likes/``: papers like those in a library
``advice/``: what the author of a rule may have overlooked
``never``: papers that ``never:`` lists keep back
"""

from watcher.rules.advice.bounds import find_bounds, swallowed_by
from watcher.rules.advice.misread import cause_of, doubtful, misread_item, plainly_wrong
from watcher.rules.folding.text import fold_title
from watcher.rules.index.index import Index
from watcher.rules.language.lists import rule_from_lists
from watcher.rules.language.rule import Rule, compile_beside_library, compile_rule, fields_in, is_for_everything
from watcher.rules.match.document import Document, document_of
from watcher.rules.match.evaluate import evaluate
from watcher.rules.match.scoring import asks_for_words
from watcher.rules.match.taste import Taste, ThumbedPaper, taste_of
from watcher.rules.never import NeverList, Unwanted

__all__ = [
    "Document",
    "Index",
    "NeverList",
    "Rule",
    "Taste",
    "ThumbedPaper",
    "Unwanted",
    "asks_for_words",
    "cause_of",
    "compile_beside_library",
    "compile_rule",
    "document_of",
    "doubtful",
    "evaluate",
    "fields_in",
    "find_bounds",
    "fold_title",
    "is_for_everything",
    "misread_item",
    "plainly_wrong",
    "rule_from_lists",
    "swallowed_by",
    "taste_of",
]
