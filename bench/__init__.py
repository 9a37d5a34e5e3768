"""Measurements of matching: how right, how careful and how fast, beside what people use otherwise.

`bases` is what is asked, `methods` who is asked, `noise` how it is typed, `measures` what comes of it,
`scale` and `speed` the same for bases as large as one likes, `figures` the bars, `tables` and `plot` how it
is shown. Every measurement runs in a process of its own on one core (`apart`).
"""
