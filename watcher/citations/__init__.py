"""Write papers in the formats of reference managers and spreadsheets. Pure.

``formats``: the table of formats, from which commands, pages, the API and the documentation take their choices
``reference``: what all formats say of a paper: its sort of work, day, venue and ids
``keys``: the key by which a paper is cited
``names``: the parts of an author's name
``tex``: texts in TeX, with ``formulas`` and ``signs``
``bibtex``, ``ris``, ``csl``, ``listing``, ``spreadsheet``, ``lines``: one file for each format
``kept/``: what is written to the places under ``keep`` in the config
"""
