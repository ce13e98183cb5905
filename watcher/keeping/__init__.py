"""Keep papers where people keep them: notes, bibliographies, Zotero, any service that takes JSON.

``keeper``   which place is kept in how, one paper at a time
``folder``, ``bib``, ``zotero``, ``webhook``: one file for each kind of place
``answers``  what the answers of services mean
"""
