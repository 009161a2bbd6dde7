// Package badger is a store on disk, in one folder, by Badger.
//
// # The folder
//
//	data      what is stored: a Badger database, and its seal
//	data.new  one that isn't complete, or data.old one that is no longer wanted, if a
//	          program was stopped in the middle; what comes next removes them
//	lock      locked by the process that has the database open
//	queue     locked by the process that is next
//	holder    how the process calls itself that has the database open
//
// Badger lets one process at a time open a database, even to read it. So a process opens
// it for a transaction, keeps it open while more follow, and closes it after a moment of
// idleness, or when its turn is over and another process waits.
//
// # What is in the database
//
//	k KEY      what is stored under a key
//	s NUMBER   a part of a transaction too large for one of Badger's: see below
//	m          how many such parts there are, once all of them are there
//
// A transaction of Badger's holds about a megabyte. A larger one is written in parts
// first, which nobody sees; then the mark is set, and from then on it has taken place;
// then the parts are applied to the keys, while no View begins; then the mark is taken
// away, and the parts. A program that stopped before the mark was set leaves parts to
// sweep away, and one that stopped after it leaves parts to apply: the next to open the
// store does so before anything else.
//
// # What can go wrong
//
// Every update is synced to disk before it counts. Values are checked by checksums when
// they are read. Badger writes by mapping files into memory, where a full disk isn't an
// error but the end of the process: so there must be room for a copy of the store before
// anything is written. If there isn't, or if the folder can't be written to, the store
// can be read and not changed. If something else fills the disk in the very moment, the
// process may be killed, and what was synced is there when there is room again.
//
// When the database is closed, its files are sealed: what is missing or changed in them
// when it is opened again is an error. After a crash the end of Badger's write-ahead log
// is looked for by its checksums: what is damaged in that log, and all that follows in
// it, is taken for what was never written. A vault notices by its audit log.
package badger
