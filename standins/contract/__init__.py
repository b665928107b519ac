"""What this project assumes of Sequence's API, held against the API that a key reaches.

    uv run -m standins.contract

Nobody who wrote the tap could call the API. Its documents leave much open, and where they do, the
tap is meant to be right either way, and the stand-in shows one of the ways. This command looks
which one it is. It reads only, makes at most `asking.MOST` requests, and tells nothing of what the
account holds: names of fields, types, counts and versions, never a value.
"""
