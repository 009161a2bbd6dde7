// Package match is the engine: all rules of a set, compiled to one [Matcher].
// Text goes in, spans come out.
//
// # How it searches
//
// A rule finds what its pattern's FindAllSubmatchIndex finds in the whole text,
// and nothing is given up for speed; tests compare with just that. But a pattern
// runs only where it can match:
//
//   - From the pattern's syntax tree come sets of literals of which every match
//     contains one, and how far from them a match can reach (literal.go). The set
//     that is rarest in source text is taken (frequency.go).
//   - One search finds the literals of all rules at once: those stretches of them
//     that are rare in source text are looked for, and the literals then compared
//     (fingerprint.go, prefilter.go), with vector instructions where the processor has
//     them (window.go).
//   - A literal is passed over if what stands right before or after it can't stand
//     there in a match: most of them are parts of other words (extent.go).
//   - Where a literal stands at a known distance from the match's start, the
//     pattern is tried at that one place (anchored.go); an optional run of
//     characters before it is walked by hand (lead.go). Else it is searched for in
//     a window around the literal (windowed.go), if the rest of the pattern, from where
//     the literal has its place on, doesn't tell that there is none (guard.go).
//   - Before either, an automaton rejects nearly all candidates (automaton.go).
//
// # How it searches versions of a text
//
// Most texts are a version of one that was searched before, and most of such a
// version is copied from it. A [Trace] keeps where literals stood in a text and,
// where nothing came of one, the stretch of text that says so: what the automaton
// read until it knew, or the lines in which the rule didn't want a match. In a copy
// that has the whole stretch, the answer is the same; only what lies at the seams
// between copies is searched. So a trace changes what is read, never what is found
// (trace.go).
//
// # What it judges
//
// A match of the pattern then has to pass the rule's conditions, cheapest first
// (rule.go): entropy; for rules that ask for it, that the value looks random
// (package judge); the offline check; its parts; the allows.
//
// In binary data only those rules apply that do not match by chance: their values
// need not look random, and have a check that drops them, or their literals all
// are four bytes or longer.
package match
