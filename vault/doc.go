// Package vault keeps secrets: sealed, versioned, by role, audited.
//
// A vault is a [store.Store] with records that nobody but those can open who may. A
// [Session] is one identity's door to it: each of its methods checks, writes down what is
// done, and does it, in one transaction. Who has no right to a value has no key to it, and
// what somebody wrote who had no right to is not accepted by anyone, whatever they did to
// the store.
//
// # What holds, and against whom
//
// Somebody with a copy of the store and no identity learns sizes, times of change, how many
// records of which kind there are, and who of the opaque IDs wrote them. They don't learn a
// name, a value or a right.
//
// Somebody who may read a scope opens all of it, replaced versions that are still there
// included, if they use their keys without this program: that only maintainers read what
// was replaced, that grants and tokens end by the clock, and that readings are in the log
// is what the program keeps to. What ends by a [Session.Revoke] or [Session.Retire] ends
// for good: everything that it was for, and that no other grant gives them, gets new keys
// in the same transaction. Nobody un-reads what they have read.
//
// Somebody who can write to the store, with or without keys, can destroy it, and can put
// things back. They can't make anyone accept a value, a right or a name that its writer had
// no right to make. In particular:
//
//   - a record counts if an entry of the log vouches for it by its hash ([audit.Entry]),
//     signed by someone who could write to the scope at that place in the log;
//   - a statement counts if it was made by an owner of what it is about, at its place;
//   - what is sealed with a key that isn't its scope's newest is refused, and each write
//     gives a secret a new key, so that putting back records from before somebody lost
//     their right doesn't let them read what is written later;
//   - a record that is replaced in the course of things counts if the log has no later
//     entry that replaced it, or took it away ([Newest]);
//   - what happened to a leak counts if it stands where the entry says that wrote it, and
//     none of it can be taken away.
//
// Sessions compare the entries that tell them so with the log's hashes. Who puts back all of
// the store, or cuts off the log's end, is found by identities that remember what they have
// [Seen], and with a checkpoint, by nothing else. Tests have the table of what is found by
// what.
//
// The tag of a value in the log, which auditors read, is the same for equal values. It
// outlives the value's destruction, and confirms a guess to whoever has the roster's first
// key and the auditors'. The ID of a leak, which stands in the store's keys, does so to
// whoever is or was a person of the vault and has the store.
//
// # Who may do what
//
// A principal is a person, a machine or the recovery identity. A grant gives a principal a
// [Role] in an environment of a project, or in every one that its wildcards cover, those
// made later included. A machine has one grant, as a reader, made with it; it may be for
// single secrets. Whoever owns everything may do everything; who owns an environment or a
// project grants, and makes machines and bundles, for it.
//
// A project keeps what leaked of it, with the values. Maintainers of all of the project
// read that. A person who is a reader of something in the project adds to it, and can't
// read what is there; what puts an end to a leak, the steps of its rotation, and opening it
// again take a developer of something in it, and the value that is to replace it a maintainer
// of all of it. Who may not write a secret can ask there that somebody does who may.
//
// # Format
//
// This is format 1. Numbers are unsigned and big endian. IDs are 16 random bytes, in JSON
// as hexadecimal text. Bytes in JSON are base64 (RFC 4648, with padding), times RFC 3339;
// unknown fields are ignored, and what is empty may be left out. Sealing is
// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a random nonce of 24 bytes, which
// stands before the ciphertext; a commitment is HMAC-SHA-256 under the key. Wrapping is an
// age file (https://age-encryption.org/v1) for one X25519 recipient. What a ciphertext or a
// commitment is bound to is "secretsweep vault 1", then each part behind its length
// (32 bits). The vault's id is the first part, unless something else is said.
//
// All of the store's keys begin with a byte that says what they are for:
//
//	"a"                                              the log, see package audit
//	"v"                                              header
//	"r", number (32 bits)                            statement
//	"w", shared key, generation (32 bits), address   wrap
//	"i", principal                                   invitation
//	"e", scope                                       scope
//	"n", scope, hash of a name (16 bytes)            name
//	"s", scope, secret                               keys
//	"h", scope, secret                               head
//	"x", scope, secret, number (32 bits)             version
//	"m", principal, secret                           a secret's key for a machine
//	"l", project, leak, sequence (64 bits)           event of a leak
//
// The header, which never changes:
//
//	8 bits      1, the format
//	32 bytes    the founder's Ed25519 public key
//	16 bytes    random
//
// The vault's id is SHA-256 of the binding of "id" and the header. An identity keeps it.
//
// Every other record:
//
//	8 bits      1, the format
//	64 bits     the sequence of the log's entry that vouches for it
//	32 bits     generation of the shared key that it is sealed with; 0 for none
//	body        what follows; sealed ones are bound to the vault's id, the store's key and
//	            the 13 bytes before the body
//
// Shared keys are 32 random bytes, in numbered generations from 1. There is one for each
// scope, of the scope's ID, and three that have the 16 letters of their names, filled up
// with full stops, as IDs: "roster", "members", "audit". There is one for the leaks of each
// project, whose ID is the first 16 bytes of SHA-256 of the binding of "leaks" and the
// project's ID, without the vault's. All principals have the roster's, people have the
// members', who owns everything has the auditors', and the maintainers of all of a project
// have that of its leaks. The last two are seeds of identities, whose public keys are stated
// with them. A generation is stated with its commitment, which is bound to
// "commitment", the vault's id, the key's ID and the generation (32 bits). Where a holder
// loses their right there is a next one; those of scopes are for all that is in the scope
// from then on, and older ones of the others open what was written before.
//
// A wrap has the shared key, wrapped to a principal. Its address is the first 16 bytes of
// SHA-256 of the binding of "address", the vault's id and the text of the principal's
// public keys.
//
// An invitation has the format (8 bits, 1), the vault's id and the seed of an identity,
// wrapped to an SSH key.
//
// # Statements
//
// A statement is sealed with the roster's key. Its text is a JSON object with exactly one
// field, whose own fields the types state* list:
//
//	found    the first, by the header's founder: who owns everything
//	add      a principal, with public keys that nobody has who is there
//	join     own keys in place of those of an invitation; by whom was invited, once
//	retire   a principal is gone, and all their grants
//	scope    an environment of a project
//	grant    a right; to a machine in the entry that adds it
//	revoke   a grant has ended
//	key      the next generation of a shared key
//	policy   JSON of 65,536 bytes at most, for all who are there; the last counts
//
// Statements are numbered from 0 without gaps. Which there are, the log says, not the
// store: each key with "r" that was set by an entry that is signed by a principal who was
// there. Its number is taken if it comes next, whatever has become of the record; one that
// is out of turn is left alone. A statement counts if it is what the entry vouches for, its
// record's sequence is that entry's, and the principal was owner of all that it is about: of
// everything for people, for keys but those of scopes and of leaks, for retiring people and
// for a policy; of the project for an environment and for the key of its leaks; of something
// for a machine, and also of all that it reads for retiring it. A statement that doesn't count
// changes nothing. What the entry of an owner of something says, in turn, and the store lacks
// makes the vault unreadable.
//
// A grant is for a project and an environment, zero IDs standing for every one.
// Environments of one name have one ID, and there is one scope for a project and an
// environment; none has the ID of another shared key. From the entry that makes it to the one before that
// which ends it, a grant is good for what it says.
//
// Names are sealed in statements with a members' key, bound to the vault's id, "label" and
// the ID that has the name. Of two who have a name at the same time the earlier has it, and
// projects and environments have one name for each ID. A machine's grant has what it may
// know of names as JSON (machineLabel), wrapped to it.
//
// # Secrets
//
// A scope is sealed with the scope's key: JSON of its revision, raised by each act that
// writes to it, and of the key under which names are hashed, which is new with each
// generation. A name's hash is the first 16 bytes of the name's HMAC-SHA-256; its record
// has the secret's ID, sealed with the scope's key. An alias has one as a name has.
//
// Keys are JSON of the secret's key, sealed with the scope's key of the record's generation
// and bound to the vault's id, the store's key, "key" and the generation (32 bits); and of
// the key of each version, sealed with the secret's and bound to the vault's id, the store's
// key, "version" and its number (32 bits). A secret gets a new key whenever its keys or its
// head are written.
//
// A head is sealed with the secret's key: JSON of the name, what is known of it, the
// versions (when, by whom, at which revision, until when it stays readable once replaced,
// whether it was destroyed) and the turns: from which revision and time on which version
// was the current one, 0 for none.
//
// A version is the commitment of the version's key, bound to the vault's id and the store's
// key, and the value, sealed with that key; the commitment keeps it from opening to another
// value with another key. Only who signed its entry may be named by the head as who made
// it. It is written once. Destroying it takes the record and its key away.
//
// Scopes, names, keys, heads and versions take a developer to write, wherever they are
// read: the actor of the entry that vouches for them had that role in the scope then.
// A machine's key of a secret is wrapped to it; what opens with it is vouched for.
//
// # Leaks
//
// The ID of a leak is the first 16 bytes of HMAC-SHA-256 of the text of the value's
// fingerprint ([secret.Fingerprint]). The key is HMAC-SHA-256, under the members' key of
// generation 1, of the binding of "leak", the vault's id and the project's ID. So whoever
// reports a value adds to one leak.
//
// An event's body is the length of an age file (16 bits); the age file, which has 32 random
// bytes for the identity of the record's generation of the key of the project's leaks; and
// the event as JSON (leakRecord), of 262,144 bytes at most, sealed with these bytes. Events
// of one act may have them in common.
//
// An event counts if its key names the entry that vouches for it; if that was made by a
// person who was a reader of an environment of the project then, and a developer for what
// is imported, false, accepted, closed, tracked or reopened, and a maintainer of all of the
// project for what is to replace the value; if the value in it has the leak's ID; and if the
// secrets that it names are of the project. Events are in the order of the log. An event that an entry wrote that counts, and the store lacks or has otherwise,
// makes the leaks of the project unreadable. One that doesn't open, or says what it can't,
// counts for nothing.
//
// What is around the value, what belongs to it, and what is said of it are as the last event
// has them that has any; an event of a reader counts for that only where there was none.
//
// The last event that decides is what was decided, but a reader's doesn't count against a
// developer's, nor does a wait against what is imported, false, accepted or closed. Found,
// noted and tracked decide nothing; what is reopened is as if nothing had been decided. What is
// asked for, by any event, stands until an event has it imported, or asks for the same
// secret, or a developer decides something else about the leak.
//
// # Bundles and backups
//
// Both are age files, for the token or for all owners. Pairs in them are the length of the
// store's key (16 bits), that of the record (32 bits), the key, the record; a length of 0
// ends them, followed by their number (64 bits).
//
// A backup is "secretsweep backup 1" with a line feed, the vault's id, and all records as
// pairs.
//
// A bundle is "secretsweep bundle 1" with a line feed, a header as JSON (bundleHeader)
// behind its length (32 bits), records as pairs, and the maker's Ed25519 signature of
// "bundle" and all that, as they are bound. It has what the token may read, the current
// versions and those in their grace, the statements and the entries of the log that vouch
// for these. It can't prove that nothing was left out, a retirement of its maker among that:
// the maker, who has to be an owner of what the token reads by what the bundle has, answers
// for that.
package vault
