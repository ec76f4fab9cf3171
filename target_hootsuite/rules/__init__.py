"""Replay rules of all streams except messages: media, members, teams and SCIM users.

A rule says what a row means and how often its request may be tried; see `model.Rule`.
"""
