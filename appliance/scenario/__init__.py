"""Tests of processes as data: scenario files are read, played on a fresh store and reported."""
