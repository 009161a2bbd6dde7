// Package home sweeps the places in a user's home folder where tools are known to
// keep secrets, and where they end up by mistake: histories, startup files,
// logins of command line tools, settings of editors and of AI agents.
//
// # What is read
//
// The files that places.go names, in its order, and nothing else: no folder is
// searched. A place that isn't there is passed over, since nobody has all of these
// tools; one that is there and can't be read is a problem. A link is followed,
// because a known place is meant by its name wherever its text lies: many people
// keep their dotfiles in a repository and link to them.
//
// The paths are those that the tools use by default, relative to the home folder.
// Variables that move them, such as XDG_CONFIG_HOME, are not looked at.
//
// # What is not read
//
// What holds its secrets encrypted or scrambled, so that reading it would look
// like a search and be none: keychains, password managers, .gnupg, .mylogin.cnf,
// what browsers keep.
package home
