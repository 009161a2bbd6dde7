package main

// limitCore has nothing to do: Windows writes no dump of a process that didn't ask for one.
func limitCore() (restore func()) { return func() {} }
