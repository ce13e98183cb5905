"""The rule language: text to tree (``language``, ``terms``), folding (``text``, ``tex``, ``plural``), papers as rules
see them (``document``), one rule (``evaluate``) and many (``index``). Pure."""

from watcher.rules.index.index import Index
from watcher.rules.language.language import rule_from_lists
from watcher.rules.language.rule import Rule, compile_rule, fields_in
from watcher.rules.match.document import Document, document_of
from watcher.rules.match.evaluate import evaluate
from watcher.rules.text.text import fold_title

__all__ = [
    "Document",
    "Index",
    "Rule",
    "compile_rule",
    "document_of",
    "evaluate",
    "fields_in",
    "fold_title",
    "rule_from_lists",
]
