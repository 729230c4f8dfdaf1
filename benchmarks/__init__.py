"""What a token costs: this client beside others, against one server (`make bench`).

Each of `peers` does each of `runs` in turn, in an environment and a process of its own
(`conduct`, `environments`, `worker`), by its script in `clients` and the same measuring code
(`measure`, `startup`), against one `server`, which streams `shapes`. Figures go to
`results.json`, and from there (`verdict`, `tables`, `plots`, `page`) to `docs/benchmarks.md`, beside
the targets of `scenarios`.
"""
