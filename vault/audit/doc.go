// Package audit is an append-only, tamper-evident log, kept in a [store.Store].
//
// An [Entry] tells who did something and lists every record that the act set or deleted,
// with the hash of what was stored. Its actor's signature is thereby the signature of
// these records: there is no other one in the vault. What was done, an [Act], is sealed
// to the auditors. So everyone can append and verify, and only auditors read.
//
// The entries are the leaves of a Merkle tree (RFC 6962). Its root, with the number of
// entries, is a [Head]: it stands for the whole log up to there. What can be found by
// what:
//
//   - [Log.Walk] finds what was edited, swapped, inserted or removed before the last entry,
//     and hashes that aren't those of the entries.
//   - [Log.Includes] finds it for one entry, as far as the entry and the log before it are
//     concerned, and reads a few dozen hashes only.
//   - [Log.Consistent] finds, against a head that was kept elsewhere, that the end of the
//     log was cut off or that the log was replaced by an older state or by another one.
//     Nothing else can find that.
//
// A [Checkpoint] is a signed head to be kept elsewhere.
//
// # Format
//
// Numbers are unsigned and big endian. A text or bytes "with a length of n bits" stand
// behind their length in bytes, a number of n bits. What has more bytes than its format
// says, or fewer, is damaged. All keys begin with "a":
//
//	"ae", sequence (64 bits)    entry
//	"ah", index (64 bits)       hash, 32 bytes; the index is that of tlog.StoredHashIndex
//	"as", session (16 bytes)    session
//	"an"                        size
//
// Sequences count from 0. The size is the number of entries, at most 2^40:
//
//	8 bits      1, the format; it is that of the hashes too
//	64 bits     size
//
// An entry, at most store.MaxValue bytes:
//
//	8 bits      1, the format
//	64 bits     sequence
//	16 bytes    actor
//	16 bytes    session
//	32 bytes    hash of the tree of the entries before it
//	32 bits     number of writes; then each, in ascending order of their keys:
//	    8 bits      0 for a key that was set, 1 for one that was deleted
//	    key         with a length of 8 bits, not empty
//	    32 bytes    the hash of what was stored; absent for a key that was deleted
//	sealed act  with a length of 32 bits
//	64 bytes    signature
//
// The leaf of the tree is the entry as it is stored. The signature is Ed25519 (RFC 8032),
// of "secretsweep/audit/entry/v1" with a length of 8 bits, the vault's id (32 bytes), and
// the entry without its signature. The hash of a stored record is SHA-256 of
// "secretsweep/audit/record/v1" with a length of 8 bits, and the record.
//
// A sealed act is a random nonce (24 bytes) and what XChaCha20-Poly1305
// (draft-irtf-cfrg-xchacha) makes under the session's key of the act as JSON, filled up
// with spaces to a multiple of 128 bytes. Its associated data is
// "secretsweep/audit/act/v1" with a length of 8 bits, the vault's id, the sequence
// (64 bits), actor and session.
//
// A session is written with its first entry, which lists it among its writes:
//
//	8 bits      1, the format
//	64 bits     sequence of the session's first entry
//	16 bytes    actor
//	key         with a length of 16 bits: the session's key, 32 bytes, as an age file
//	            (https://age-encryption.org/v1) for the auditors
//
// testdata/vector.txt is a log in this format.
package audit
