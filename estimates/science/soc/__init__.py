"""Soil organic carbon: what soil does with the C that enters it, by several models.

All models are linear in their inputs and run on one engine (`engine`), so that equilibria are
one solve (`equilibrium`), uncertain amounts cost a run a stream (`superposition`), and SOC is
told apart by the stream that brought it. Arrays have axes steps, plots, draws; 1 where nothing
varies. C is t per ha, a stream's amount t per ha and step: a month in RothC, a year elsewhere.

For outsiders:

- `streams`: Stream(name, source, amount, layer_shares), Source, `spread_over_months`,
  `depth_shares`, and `by_step` and `by_column` that give arrays their axes.
- `series`: Wish (what to record, by_stream, chunks), Start, SocSeries (what every run answers).
- `rothc`: run_rothc(RothcSite, streams, rothc_start(...), splits=...), with `rothc_rates` (Climate,
  Weather), `rothc_moisture` (classic_limits, water_limits), `rothc_equilibrium` (equilibrium and
  inverse mode) and `weather` (pan evaporation that nobody measured).
- `icbm`: run_icbm(icbm_site(r, arrival=...), streams, icbm_start(...), humification=...).
- `amg`: run_amg(amg_rate(...).per_year, streams, amg_start(...), humification=...), with
  `amg_inputs` and `amg_crops` for C inputs of crops.
- `ipcc_tier2`: run_tier2(Tier2Site, streams, qualities=...).
- `two_layers`: run_two_layers, ours and uncertain, for roots below the plough.
- `superposition`: basis_of(series by stream), then Basis.draws or Basis.quantiles.
- `humification`: published sets of root against shoot; `isotopes`: radiocarbon and delta-13C.
- `frame_trial`: ICBM as it was run at Ultuna, for comparison only.

A stream's humification is looked up by its name, else by its source. Direct draws of rates, clay
or climate are arrays with a draws axis.
"""

from __future__ import annotations
