// Package rules holds what secrets look like, and what is known of the
// providers that issue them, as data.
//
// Each embedded TOML file is one provider and its rules. A file from a user
// (.secretsweep.toml) or a gitleaks config adds to them. Loading is strict: an
// unknown field, an unknown check or a pattern that does not compile is an error
// with file and line. The package knows nothing of scanning: package
// detectors/match compiles a [Set] to a matcher.
package rules
