"""The least that a program can do: a loop of requests and json, one line per customer."""

# ruff: noqa: INP001  a separate program, in another environment

import json
import os
import sys

import requests

session = requests.Session()
session.auth = (os.environ["TAP_SEQUENCE_CLIENT_ID"], os.environ["TAP_SEQUENCE_CLIENT_SECRET"])
parameters = {"limit": "100", "sortOrder": "DESC", "includeArchived": "true"}
more = True
while more:
    response = session.get(f"{os.environ['TAP_SEQUENCE_API_URL']}/customers", params=parameters)
    response.raise_for_status()
    answer = response.json()
    for item in answer["items"]:
        sys.stdout.write(json.dumps(item) + "\n")
    if more := "after" in answer["pagination"]:
        parameters["after"] = answer["pagination"]["after"]
