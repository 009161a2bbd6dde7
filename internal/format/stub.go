package format

import "iter"

func none(text []byte) iter.Seq[Entry] { return func(func(Entry) bool) {} }

var Dockerfile, Properties, Directives, XML, Netrc, Pgpass, Htpasswd, GitCredentials Reader = none, none, none, none, none, none, none, none
