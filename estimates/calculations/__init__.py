"""The functions of `science`, each as a calculation on plain CSV tables.

What workers compute for a campaign, anyone can compute here for a table of their own: no
database, no broker, no Django. The command `manage.py calc` and any other door use `calculations`
and `calculation_named` (registry), `run_calculation` (running), `csv_text` (writing) and
`description` (describing).

To add a calculation, add one module to `catalogue`; nothing else changes, the registry finds it:

    CALCULATION = Calculation(
        name="stone-free-stock",              # what people type: calc stone-free-stock
        summary="...",                        # one sentence
        formula="0.1 x SOC x BD x depth",
        sources=(Source(text="Author year", doi="10.x/y"),),
        tables=(Table(name="in", meaning="...", columns=(Column(...), ...)),),
        options=(Column(...),),               # given as --set name=value
        outputs=(Column(...),),
        function=EachRow(_stock),            # or each_group(("core",), ...), or any Function
    )

- Tables are named after their option: in, site, soil, meteo; others by --table NAME=FILE.
- A column has the name and the unit of the field (`soc_g_kg`); other headers people use are its
  `aliases`, headers in other units its `converted`. Ranges in `lower` and `upper` are what can be
  at all, inclusive; what is only doubtful is the business of the function.
- `EachRow` answers each row with its own cells and the outputs; `each_group` takes rows that
  agree in some columns. Other functions take `Given` and answer rows; they raise ProblemsFound
  with the line of each row they refuse (`problem_of`).
- Columns that several share stand in modules beside `catalogue`, such as `soil_columns`;
  `uncertainty_columns` and `propagated` (uncertainty) give a result the uncertainty of its inputs.
- The arithmetic stands in `science` and raises ScienceError with a code and a sentence; the module
  here only names columns and hands plain values over. Nothing answers NaN, or 0 for missing: an
  output that cannot be said is None.
"""

from __future__ import annotations
