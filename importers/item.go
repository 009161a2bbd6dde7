package importers

import (
	"context"
	"iter"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// Item is a secret that can be brought into a vault, as its source has it.
type Item struct {
	Name   string // "" if the source has none for it
	Parent string // what leads to the name in the source, if that can be told
	Env    string // the environment in the source's own words; "" if it doesn't say
	// Value is what programs are given. It is empty where the source has the name alone,
	// such as a list of a CI system's variables: somebody has to fill it in.
	Value secret.Value
	// Finding is what a sweep knows of the value; nil if it isn't known to have leaked.
	Finding  *scanner.Finding
	Recorded bool        // the vault has a leak record of it
	Asked    bool        // somebody asked for it who may not write where it goes
	Setting  bool        // it stands among secrets, and looks like none itself
	Note     string      // what the source says that it is for
	At       place.Place // where it lies
	From     string      // the importer's name
}

// fingerprint gives that of the item's value.
func (i *Item) fingerprint() secret.Fingerprint {
	if i.Finding != nil && i.Value.Equal(i.Finding.Value) {
		return i.Finding.Fingerprint
	}
	return i.Value.Fingerprint()
}

// Importer gives the items of a source.
type Importer interface {
	// Items gives them in a stable order. After an error there are none: the source isn't
	// to be imported in part.
	Items(ctx context.Context) iter.Seq2[Item, error]
}

// Collect gives the items of several importers, in their order.
func Collect(ctx context.Context, all ...Importer) ([]Item, error) {
	var items []Item
	for _, from := range all {
		for item, err := range from.Items(ctx) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
	}
	return items, nil
}
