// Package cleanup says what can be done in a repository once its secrets are in a vault,
// and does it.
//
// [Steps] gives what there is to do, each thing by itself and optional: a .env.example,
// lines for .gitignore, .env files without what the vault has, CI configuration that
// fetches it at run time, the replacements that git filter-repo takes out of history, the
// baseline, and a list of what has to be rotated. A [Step] has the edits of files that it
// consists of, which can be shown before they are written, and a text for people.
//
// What it promises of its edits:
//
//   - A value leaves a file only if the vault has it, under that name. Each edit is made
//     of byte ranges, leaves all else as it is, and is read again before it is given: an
//     edit after which a reader would find anything else is refused, with the reason.
//   - A file is written as a whole or not at all, and not if it is another than the one
//     that was read. Symbolic links are not followed.
//   - Steps made again after they were done have nothing to do.
//
// The package can't see the text of a value. The one file that has to hold values is
// made with a function that its caller gives, and goes to a place outside of the folders.
package cleanup
