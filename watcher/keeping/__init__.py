"""Keep papers where people collect them: in notes, bibliographies, Zotero, any service that takes JSON.

``keeper``: keeps one paper at one place
``folder``, ``bib``, ``zotero``, ``webhook``: one file for each kind of place
``answers``: what the answers of services mean
"""
