"""Papers in the formats of reference managers and spreadsheets. Pure.

``formats``    the table: commands, pages, the API and the documentation have their choices from it
``reference``  what all formats say of a paper: what sort of work it is, its day, its venue, its ids
``keys``       by which key it is cited
``names``      an author's name in its parts
``tex``        texts in TeX, with ``formulas`` and ``signs``
``bibtex``, ``ris``, ``csl``, ``listing``, ``spreadsheet``, ``lines``: one file for each format
``kept/``      what places keep that are named under ``keep`` in the config
"""
