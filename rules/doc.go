// Package rules holds what secrets look like, and what is known of the
// providers that issue them, as data.
//
// Each embedded TOML file is one provider and its rules. A file from a user
// (.secretsweep.toml) or a gitleaks config adds to them. Loading is strict: an
// unknown field, an unknown check or a pattern that does not compile is an error
// with file and line. The package knows nothing of scanning: package
// detectors/match compiles a [Set] to a matcher.
//
// # A provider's file
//
// The file is named after the provider, github.toml:
//
//	[provider]
//	id = "github"
//	name = "GitHub"
//	console = "https://github.com/settings/tokens"   # where its owner manages the secret; optional
//	cadence = "90d"                                  # default time between rotations; optional
//	rotate = """
//	1. Two to five short steps, in our own words.
//	2. New secret first, then its users, then the old one's end.
//	"""
//
//	[[rule]]
//	id = "github-personal-access-token"              # provider, then what it is; unique
//	description = "GitHub personal access token (classic)"
//	severity = "critical"
//	pattern = '\bghp_[0-9A-Za-z]{36}\b'              # a literal string; in ''' if it has a ' in it
//	check = "crc32-base62"
//	source = "https://docs.github.com/en/authentication/…"
//	match = ['ghp_{alnum:30}{check}']
//	no_match = ['ghp_{alnum:36}', 'ghp_{alnum:20}']
//
// Fields of [[rule]]; those without a word on it are optional:
//
//   - id: required. Lower-case words joined by hyphens. Ids last: reports and
//     configs of users name them.
//   - description: required. What was found, for a person, without a full stop.
//   - severity: required. critical: writes to code, infrastructure, money or many
//     accounts. high: reads or changes the data of one service. medium: limited or
//     short-lived. low: needs something else to be of use, or is half public.
//   - confidence: low, medium or high. Default: high with a source, else medium.
//     High without a source is an error.
//   - pattern: RE2 syntax. The value is the group "value", else the first group
//     that matched any text, else the whole match; a group "name" is what the value
//     was assigned to, a group "carrier" the whole of which it is a part, such as
//     the address around a password. A token inside a longer run of its own
//     characters must not match: use \b at both ends, and where the token may end
//     with - or another sign, match a neighbour outside the value's group, such as
//     (?:[^\w-]|$). Begin with a literal if there is one; keep repetitions bounded.
//   - literals: one of them is in every match, in any case. Only for a pattern from
//     which none can be told.
//   - path: RE2 syntax; the path with forward slashes must match, too. A rule with
//     path and no pattern is about the file itself.
//   - entropy: least Shannon entropy of the value, in bits per character. A random
//     text of 32 hexadecimal digits has about 3.6, of 40 letters and digits about
//     4.7. For prefixed tokens 3 keeps "xxxxxxxx" out and lets every real one in.
//   - random: true if the value must look random by all that the matcher knows: for
//     patterns that say little by themselves.
//   - check: an offline check of the value, see package rules/check. A value that
//     fails is dropped.
//   - lenient: true if a failing value is reported with less confidence instead.
//   - source: the page of the vendor that states the format, or at least the prefix.
//   - match, no_match: samples, see package rules/sample. Built-in rules have at
//     least one under match; most have one under no_match that is nearly right.
//   - [[rule.part]]: a value that the secret is of no use without, such as the id of
//     a key. name and pattern are required; within is the number of lines before and
//     after the match; required = true drops a match without it.
//   - [[rule.allow]]: what the rule never reports, see [Allow]: description, all,
//     paths, values, target (value, match or line), stop_words, commits.
//
// Beside [[rule]], a file may have [[allow]]: what no built-in rule reports, because
// the provider shows it to everybody, such as the keys of its documentation and
// the fixed key of an emulator. Such a value is named by how it begins, so that
// nobody's push protection stops the file.
//
// Samples hold no real-looking secret: random characters are written as
// placeholders. They are run against the rule they belong to, and the first under
// match is what other tests use as a secret of that kind ([Set.Sample]).
package rules
