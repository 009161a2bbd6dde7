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
// # Asking whether a secret still works
//
// Beside [[rule]], a file may also have [[verify]]: how the provider is asked whether values
// of its rules still work, see [Verify]. Package internal/provider asks; it does so only when
// a person wants to know. Everything in it is what the vendor's documentation says.
//
//	[[verify]]
//	rules = ["sendgrid-api-key"]
//	source = "https://www.twilio.com/docs/…"          # the vendor's page; required
//	request = "GET https://api.sendgrid.com/v3/scopes"
//	headers = { Authorization = "Bearer {value}" }
//
//	[[verify.answer]]
//	means = "live"
//	status = [200]
//	json = { scopes = "" }
//	example = '''
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//
//	{"scopes": ["mail.send"]}'''
//
//	[[verify.answer]]
//	means = "dead"
//	status = [401]
//	json = { errors.0.message = "The provided authorization grant is invalid, expired, or revoked" }
//	example = '''…'''
//
// Fields of [[verify]]:
//
//   - rules: required. Ids of the provider's rules; no rule is in two.
//   - source: required. The vendor's page that says how to ask, and what is answered.
//   - request: required. The method (GET, HEAD or POST) and the address, of something that
//     every secret of the kind may read, that is free, and that changes nothing.
//   - headers, basic ("user:password"), form, json: what is sent. {value} is the secret,
//     {carrier} the whole around it, {part:NAME} a part. A brace with a letter behind it
//     begins such a placeholder, so that in GraphQL a space stands there.
//   - sign: "aws4 SERVICE REGION" signs the request with the value, which is a secret access
//     key, and the part "access key id" (AWS Signature Version 4).
//   - secret_address: true if {value} or {carrier} is in the address, or is the address, which
//     only a provider's own design excuses.
//   - hosts: the names that the host may have if the address leaves it open, by being
//     {value} or by a part in the host's place: "hooks.slack.com", "*.myshopify.com".
//   - own_servers: true if people run servers that issue such secrets, too, and nothing tells
//     whose one is: a refusal proves nothing before the secret has worked.
//   - [[verify.elsewhere]]: request, and sign if it differs: the same question to another part
//     of the provider, such as a region, which knows secrets of its own and can't tell whose
//     one is. A secret is dead if all of them say so.
//
// Fields of [[verify.answer]]; the first answer that fits is the provider's, and if none does,
// nobody knows:
//
//   - means: required. live, restricted (it is good, and may not do this), or dead (the
//     provider knows it no more: it was revoked, deleted or has ended for good). At least one
//     is live and one dead. What is also said of a malformed request, a suspended account, a
//     barred address or too many requests never means dead.
//   - status: required. Of 2xx and 4xx.
//   - headers: texts, in any case, that these headers have in them; "" wants the header.
//   - json: what is at a path of the body, which must be JSON: a text, a whole number, true or
//     false; "" wants anything but null. error.code is a member of a member, errors.0 the first
//     of a list.
//   - contains: texts that are in the body.
//   - id: the path in a live or restricted answer at which the provider's own name of the
//     secret is, for a revoke that takes it.
//   - example: required. Such an answer as it is documented, in our own words: status line,
//     headers, empty line, body. Values in it are made up, as in a sample. The tests run it.
//
// An answer needs headers, json or contains beside its status, unless that says that there is
// no content; one that means dead needs a text in one of them, and Content-Type is none.
//
// [verify.revoke] is how a secret ends itself, and nothing else: source, request (any method)
// and what is sent, as above; kills says what exactly ends. {id} is what the answer before it
// called the secret. Each [[verify.revoke.done]] is an answer that says that it is done; what
// was done is then asked about again.
//
// Samples hold no real-looking secret: random characters are written as
// placeholders. They are run against the rule they belong to, and the first under
// match is what other tests use as a secret of that kind ([Set.Sample]).
package rules
