package format

import "iter"

func none(text []byte) iter.Seq[Entry] { return func(func(Entry) bool) {} }

var Dockerfile Reader = none
