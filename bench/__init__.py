"""Measurements of matching: how right, how careful and how fast, beside what people use otherwise."""
