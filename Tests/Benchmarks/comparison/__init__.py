"""Measures customer-worker beside other workers of the same job, from outside and all in the same way.

Every run has a broker of its own (noida-db, unless --brokers names another), topics of its own, and the same commands. The rate is that
of the results as a reader of committed records sees them, from the 5 % point to the last; CPU is the worker's own over the same span,
memory the peak of its resident set. Compare the rows of one session and nothing else: they share the machine and its mood. noida-db
keeps topics in memory, gives a fetch all it has, and answers a fetch of a topic without news at once, so that every client asks
again and again: counts stay at or below 40,000, and CPU has that in it, for all workers alike.
"""
