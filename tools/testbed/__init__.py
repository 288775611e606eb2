"""A real Bluesky server (PDS) with its directory on this machine, for tests marked `real_server`.

`python -m tools.testbed install` builds it once into `.testbed` (or QUORUM_TESTBED): 600 MB, two to five minutes.
`python -m tools.testbed run` starts one on free loopback ports until it is interrupted.
"""
