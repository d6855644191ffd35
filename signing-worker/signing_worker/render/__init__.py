"""Drawing the Ministry's printed form (Phụ lục 1, TT27/2020) of one pupil and one school year as a PDF.

``pool.RenderPool`` is what the worker uses; ``form.render_form`` draws in the calling process and is the only
way here that loads WeasyPrint.
"""
