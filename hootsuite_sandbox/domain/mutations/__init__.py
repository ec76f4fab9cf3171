"""Mutations: changes that others make between two runs of a client."""
