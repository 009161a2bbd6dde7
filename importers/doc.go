// Package importers brings secrets to a vault's door.
//
// An [Importer] reads one kind of source (what a sweep found, a .env file, another tool's
// export) and gives items. A [Plan] puts the items together, a row for each value, and
// suggests for each what is to become of it: which environment and name it gets, or that
// it is only to be revoked. A person changes the plan, at a screen or in a file; the plan
// says then what is to be written, as one [Batch]. What writes it is not here: the package
// knows nothing of a vault but what it is told in [Options].
//
// The same items and options give the same plan.
//
// How names and environments are suggested stands in suggest.go, which of two values gets
// a name in locate.go and rank.go. Files are read by the importers that [Formats] lists,
// each in a file of its own; a new one is added to that list. Importers refuse what they
// can't make sense of, with file and line, rather than guess: half an import is worse than
// none.
package importers
