"""Grade on the machines of a Dask cluster: the same function, the same result.

The machine that runs `grading` reads submissions and writes the gradebook. Submissions and answer
keys travel as bytes, so that workers need no shared file system; they need this package, in the
same version, and a sandbox.

`grading.cluster.client` talks to Dask. It isn't imported here: processes that grade need no Dask.
"""
