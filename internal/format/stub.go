package format

import "iter"

func none(text []byte) iter.Seq[Entry] { return func(func(Entry) bool) {} }

var JSON, TOML, HCL, Dotenv, Shell, Dockerfile, Source, INI, Properties, Directives, XML, Netrc, Pgpass, Htpasswd, GitCredentials Reader = none, none, none, none, none, none, none, none, none, none, none, none, none, none, none
