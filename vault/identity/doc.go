// Package identity holds the keys of people and machines.
//
// An [Identity] is a seed of 32 random bytes, from which two keys come: one that opens
// what was wrapped to it (age, X25519) and one that signs (Ed25519). Its [Public] half is
// a line of text that can be passed around. What differs between people, machines and
// invitations is only how the seed is kept:
//
//   - a [File] in a person's configuration folder, in the clear, under a passphrase, or
//     with the seed in the system's keyring;
//   - a [Token] in a machine's environment, or written on paper as the recovery text of a
//     vault; either names the vault that it is for;
//   - wrapped to a colleague's SSH key by [WrapSSH].
//
// Nothing here decides what an identity may do: that is the vault's.
//
// # Texts
//
// Every text is a prefix, the payload to base 32 (RFC 4648, small letters, no padding)
// and seven more such characters, which are the first four bytes of the SHA-256 of all
// before them. The digit that ends a prefix is the version of what follows it:
//
//	sspub1       the X25519 and the Ed25519 public key, 32 bytes each
//	ssidentity1  the seed
//	sstoken1     the vault's id, 32 bytes, and the seed
//	ssrecovery1  likewise, in groups of five characters
//
// # Memory
//
// The keys stay in memory for as long as their Identity does, and then until the garbage
// collector gives the room to something else. Copies that are made on the way are cleared
// where the libraries used let us.
package identity
