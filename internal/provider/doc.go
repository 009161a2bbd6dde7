// Package provider asks those who issue secrets whether one still works, and revokes it
// with itself where they have a way. How is data of package rules ([rules.Verify]).
//
// In goes a [Credential]: a rule's id, a value, and what was found near it. Out comes an
// [Answer], whose [Verdict] is live, restricted, dead or unknown. Dead is only what the
// provider said with the mark that the rule names; whatever else happens (no answer, one
// that nobody documented, a limit) is unknown, with its reason. A part that was found near
// the value may not belong to it; where one was needed, the reason says so.
//
// # Who is asked
//
// A request is made over verified TLS to a host that the rule names, and to no other.
// Everything else has to be allowed by the person who asks ([Options.Allow]): hosts that a
// value or a part near it names, hosts of a config's rules, and addresses that are not
// public, whatever name leads there. Addresses are checked when they are dialed, after the
// name was resolved, so that a name can't change in between. What serves a cloud's machines
// their credentials is never asked.
//
// Redirects are not followed. Proxy variables of the environment have no effect: a proxy
// resolves and dials for itself, which no check here would see, and a variable is easily
// set by what is scanned. There are no cookies, no connections that stay, and no answers
// larger than 64 KiB.
//
// # What stays secret
//
// The value goes where the rule says, and nowhere else: not to an error and not to a
// reason, which are made of the rule's own words and never of what the provider sent or
// of what the network's errors say, since these show addresses and headers. A value that
// a server might read as another one is not sent: its refusal would prove nothing.
//
// # Databases
//
// The password in the address of a PostgreSQL database is asked about by logging in with it,
// at the host and port that the address names: it is nobody else's. One that stands in several
// addresses is dead if all of these refuse it. Only what stands in an
// address counts; no variable, file or service of this machine is read. The connection is
// over TLS with a certificate that the system trusts, or the host was allowed. This is so for
// every way in which a server may want the password, SCRAM too, which doesn't send it: whoever
// answers in a server's place can guess it from the proof, and can say that it is wrong, by
// which a leak would be closed that is open.
//
// A [Database] changes roles of a server: [Database.Alternate], [Database.SetPassword],
// [Database.EndSessions], [Database.Disable]. It looks at them first: [Database.Turn],
// [Database.CanChange].
package provider
