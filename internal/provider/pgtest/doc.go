// Package pgtest starts real PostgreSQL servers for tests.
//
// A server listens on the loopback address and on a Unix socket, at a port that was free, with
// its files in a folder of its own below the temporary one. It asks everybody for a password by
// SCRAM-SHA-256, unless a test has other rules for it; its superuser "postgres" comes in by the
// socket, which only the folder's owner reaches. When the test ends, the server is stopped and
// its files are removed; on Linux it stops, too, when the test is killed.
//
// The programs initdb, postgres and psql are looked for in PATH and where Debian has them. A
// test is skipped where they aren't, and fails if CI is set. PostgreSQL refuses to run as root;
// for root it is run as the user postgres, or nobody.
package pgtest
