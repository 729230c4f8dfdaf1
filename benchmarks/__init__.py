"""The cost of a token: this client beside others, against one server (`make bench`).

Each of `peers` performs each of `runs` in turn, in its own environment and process (`conduct`,
`environments`, `worker`), with its script in `clients` and the same measuring code (`measure`,
`startup`), against one `server`, which streams `shapes`. The figures of every round go to
`results.json`; from there (`verdict`, `tables`, `plots`, `page`) the medians beside the peers go to
`docs/benchmarks.md`. Each run and the targets of `scenarios` are printed.
"""
