"""Read files of references (BibTeX, RIS, CSL JSON, lists of ids): which papers they name, and what is wrong in them."""

from watcher.parsers.references.library import MOST_PAPERS, ReadLibrary, read_ids, read_library
from watcher.parsers.references.reference import ReferenceMistake

__all__ = ["MOST_PAPERS", "ReadLibrary", "ReferenceMistake", "read_ids", "read_library"]
