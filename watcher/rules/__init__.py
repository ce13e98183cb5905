"""The rule language, and matching papers with rules. Pure.

``language/``  a rule's text to a tree
``text/``      folding: which spellings are one word
``match/``     one rule and one paper: does it match, where, and why not
``index/``     many rules and many papers, with the same answers
``advice/``    what the author of a rule may have overlooked
"""

from watcher.rules.advice.bounds import find_bounds
from watcher.rules.advice.misread import cause_of, doubtful, misread_item, plainly_wrong
from watcher.rules.index.index import Index
from watcher.rules.language.language import rule_from_lists
from watcher.rules.language.rule import Rule, compile_beside_library, compile_rule, fields_in
from watcher.rules.match.document import Document, document_of
from watcher.rules.match.evaluate import evaluate
from watcher.rules.text.text import fold_title

__all__ = [
    "Document",
    "Index",
    "Rule",
    "cause_of",
    "compile_beside_library",
    "compile_rule",
    "document_of",
    "doubtful",
    "evaluate",
    "fields_in",
    "find_bounds",
    "fold_title",
    "misread_item",
    "plainly_wrong",
    "rule_from_lists",
]
