// Package rotation is the tracker: for every value that leaked, or is to have a successor for
// another reason, where it stands, what comes next, who does it, by when, and what proves
// that it is over.
//
// # The life of a leak
//
// What has happened to a leak is a log of events in the vault ([vault.LeakEvent]), which
// nobody changes and which the audit log vouches for. A [Step] is what people, providers and
// sweeps add to it. A [Record] is what the log comes to: [Fold] reads it from the first event
// to the last, and takes each step that was possible where it stands. Nothing else is kept.
//
//	found → triaged → owned → replacement stored → consumers moving → all moved
//	      → old revoked → dead → places cleaned → closed
//
// Beside these a record may be a false positive, or accepted until a day; it may be blocked,
// for a reason; and it is reopened by a place that is new, or was gone, and by an answer of
// the provider that the old value still works. In an emergency the old value is revoked
// first; that is marked, and nothing that was skipped is forgotten.
//
// # Evidence
//
// A value is dead by one of two kinds of [Evidence], which are never mixed up: proven, where
// its provider or a login refused it with the mark that the rule names, or attested, where a
// person says so, with a reason, because nobody can be asked. An answer that isn't known
// proves nothing.
//
// # What is derived
//
// That a replacement is stored, and who still reads the old value, nobody has to say: the
// vault and its audit log know it ([Tracker]). What leaves no trace there, such as a bundle, a
// copied file, or a text that takes the value from elsewhere, is listed as unknown, and a
// person has to say that it has moved.
package rotation
