"""The rules, as pure functions over frozen values.

Nothing here knows of a database, a clock, a network or a library outside Python's own; every rule names
the article it comes from. Circulars are quoted as TT27 (Thông tư 27/2020/TT-BGDĐT) and by the plan
(the province's plan for the pilot of học bạ số).
"""
