package rules

// Verify is how a provider is asked whether a secret still works, and how the secret is
// revoked with itself where the provider has a way. It is what the provider's documentation
// says, as data; package internal/provider carries it out, and only when somebody asks.
type Verify struct {
	Rules  []string // ids of the rules whose values are asked about in this way, in order
	Source string   // the vendor's page that it follows; "" only in a config
	Request
	// Elsewhere is the same request to other parts of the provider, which know other secrets
	// and can't tell whose one is. It is dead if all of them say so.
	Elsewhere []Request
	// OwnServers tells that people run servers which issue such secrets, too, and nothing tells
	// whose one is. A refusal proves nothing then, unless the secret has worked before.
	OwnServers bool
	// Hosts are those that the address may have where it isn't written out: "hooks.slack.com",
	// or "*.myshopify.com" for all names below one. Any other host has to be allowed by the
	// person who asks.
	Hosts   []string
	Answers []Answer // the first that fits is the provider's; if none does, nobody knows
	Revoke  *Revoke  // nil if the secret can't revoke itself
	// FromConfig: a config of the user brought it. Whichever host it names has to be allowed
	// by the person who asks, and its address may begin with http://.
	FromConfig bool

	where string // file and line, for messages
}

// Request is a request to a provider. Its texts are templates, which [Fill] fills in: {value}
// stands for the secret, {carrier} for the whole that is around it where it was found,
// {part:NAME} for what was found near it ([Part]), {id} for what the provider calls it
// ([Answer.ID]; in a [Revoke] alone). Each is escaped as its place requires. The secret may be
// in the address only where it is (a part of) one by the provider's own design (Secret).
type Request struct {
	Method  string
	URL     string // or {value} or {carrier} alone, which is an address then
	Secret  bool   // the address is to be kept secret
	Headers []Field
	Basic   string  // user and password of Basic authentication (RFC 7617), "{part:sid}:{value}"
	Form    []Field // sent as application/x-www-form-urlencoded
	JSON    string  // sent as application/json; a placeholder in it stands within a string
	// Sign is how the request is signed: "aws4 SERVICE REGION" is AWS Signature Version 4 with
	// the value as the secret access key and the part [SignKeyID] as its id.
	Sign string
}

// SignKeyID is the part that is the id of a key with which requests are signed.
const SignKeyID = "access key id"

// Field is a named text.
type Field struct{ Name, Text string }

// Meaning is what an answer of a provider means.
type Meaning string

// What answers can mean. What fits none is unknown, which never counts as dead.
const (
	Live       Meaning = "live"       // the secret works
	Restricted Meaning = "restricted" // the secret is good, and isn't allowed what was asked for
	Dead       Meaning = "dead"       // the provider doesn't know the secret any more
)

// Answer is how an answer of a provider is told. All that is set must hold. A status alone
// never means that a secret is dead: proxies, firewalls and outages answer so, too.
type Answer struct {
	Means    Meaning
	Status   []int
	Headers  []Field  // the header has the text in it, in any case; a text of "" wants the header to be there
	JSON     []Field  // what is at a path ("error.code", "0.id") of the body; a text of "" wants it to be there
	Contains []string // the body has all of these in it
	// ID is the path in the body of a live or restricted answer at which the provider's own
	// name of the secret stands, by which it is revoked.
	ID string
	// Example is such an answer as the vendor documents it: the status line, headers, an
	// empty line, the body. Values in it are made up by package sample's templates.
	Example string

	where string // file and line, for messages
}

// Revoke is how a secret ends itself. Requests are made with the secret, about the secret:
// nothing else of the account is touched.
type Revoke struct {
	Source string // the vendor's page that it follows
	Kills  string // what exactly ends, in our own words: "this token, and nothing else"
	Request
	Done []Answer // answers after which it is revoked; their Means is Dead
}
