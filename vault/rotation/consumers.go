package rotation

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
)

// Consumer is somebody or something that uses a value, or may use it.
type Consumer struct {
	Name    string // by which a person says that it has moved
	Kind    ConsumerKind
	Ref     vault.Ref // of the secret that it reads; zero for what doesn't read the vault
	Version int       // that it last read; 0 where nobody knows
	Last    time.Time // when that was
	Status  ConsumerStatus
}

// ConsumerKind is how a consumer comes by a value.
type ConsumerKind string

// The kinds of consumers.
const (
	ByVault  ConsumerKind = "reads the vault"      // each reading is in the audit log
	ByBundle ConsumerKind = "has a bundle"         // and leaves no trace when it reads that
	ByName   ConsumerKind = "takes it by its name" // from where it is kept, such as CI settings
	ByCopy   ConsumerKind = "has a copy"           // a file that has the value in it
)

// ConsumerStatus is whether a consumer still needs the old value.
type ConsumerStatus string

// What can be known of a consumer.
const (
	Behind  ConsumerStatus = "behind"  // the old value is what it last read
	Unknown ConsumerStatus = "unknown" // it leaves no trace
	Ready   ConsumerStatus = "moved"   // it has the successor, or is gone
	Said    ConsumerStatus = "said"    // a person says that it has moved
)

// observeConsumers finds out who uses the value of a record. all are those of secrets,
// as the audit log has them.
func (r *Record) observeConsumers(all map[vault.Ref][]vault.Consumer) {
	r.Consumers = nil
	var readers []vault.Consumer
	for _, ref := range slices.SortedFunc(slices.Values(r.Refs), func(a, b vault.Ref) int { return strings.Compare(a.String(), b.String()) }) {
		readers = append(readers, all[ref]...)
	}
	for _, c := range readers {
		if !consumes(c) || r.renamed(c, readers) {
			continue
		}
		one := Consumer{Name: readerName(c), Kind: ByVault, Ref: c.Ref, Version: c.Version, Last: c.Last, Status: Behind}
		if c.Bundle {
			one.Kind, one.Status = ByBundle, Unknown
		}
		if c.Gone || r.has(c.Ref, c.Version) {
			one.Status = Ready
		}
		r.Consumers = append(r.Consumers, one)
	}
	for _, t := range r.Takers {
		r.Consumers = append(r.Consumers, Consumer{Name: takerName(t), Kind: ByName, Status: Unknown})
	}
	for _, s := range r.Sites {
		if s.Status == Lies && isCopy(&s.Place) {
			r.Consumers = append(r.Consumers, Consumer{Name: "file " + path.Join(s.Root, s.Name()), Kind: ByCopy, Status: Unknown})
		}
	}
	for i := range r.Consumers {
		if c := &r.Consumers[i]; c.Status != Ready && slices.Contains(r.Ticked, c.Name) {
			c.Status = Said
		}
	}
}

// renamed tells whether a reader is among the readers also under the name that the secret has
// now.
func (r *Record) renamed(c vault.Consumer, readers []vault.Consumer) bool {
	return slices.Contains(r.former, c.Ref) && slices.ContainsFunc(readers, func(o vault.Consumer) bool {
		at := o.Ref
		o.Ref = c.Ref
		return o == c && at != c.Ref && !slices.Contains(r.former, at)
	})
}

// consumes tells whether who has read a secret makes use of it: a machine does, and a person
// who runs a program with it or puts it into a file. Who has looked at it has no use for the
// next one.
func consumes(c vault.Consumer) bool {
	if c.Kind == vault.Machine || c.Bundle {
		return true
	}
	words := strings.Fields(c.Program)
	return len(words) > 1 && slices.Contains([]string{"run", "pull", "inject"}, words[1])
}

func readerName(c vault.Consumer) string {
	if c.Bundle {
		return "bundle of " + c.Principal
	}
	if words := strings.Fields(c.Program); len(words) > 1 {
		return c.Principal + ", by " + strings.Join(words[1:], " ")
	}
	return c.Principal
}

func takerName(t Taker) string {
	name := t.System + " " + t.Name
	if len(t.Places) > 0 {
		name += " in " + t.Places[0].Name()
	}
	return name
}

// isCopy tells whether what is at a place may be what a program reads: a file that is there
// now.
func isCopy(p *place.Place) bool { return p.Kind == place.File && p.WorkTree }

// has tells whether a version of a secret is the successor of the value, or a later one.
func (r *Record) has(ref vault.Ref, version int) bool {
	i := slices.IndexFunc(r.Successors, func(s Successor) bool { return s.Ref == ref })
	return i >= 0 && r.Successors[i].Version > 0 && version >= r.Successors[i].Version
}

// Waits gives the consumers that may still need the old value.
func (r *Record) Waits() []Consumer {
	return slices.DeleteFunc(slices.Clone(r.Consumers), func(c Consumer) bool { return c.Status == Ready || c.Status == Said })
}

// behind says who still needs the old value; "" if all have moved.
func (r *Record) behind() string {
	waits := r.Waits()
	if len(waits) == 0 {
		return ""
	}
	var names []string
	for _, c := range waits[:min(len(waits), 5)] {
		what := string(c.Status)
		if c.Status == Behind {
			what = fmt.Sprintf("read version %d on %s", c.Version, c.Last.Format(time.DateOnly))
		}
		names = append(names, fmt.Sprintf("%s (%s)", c.Name, what))
	}
	if more := len(waits) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
