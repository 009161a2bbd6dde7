package tui

import "testing"

var plain = Options{NoColor: true}

func TestInventoryScreens(t *testing.T) {
	for _, s := range []struct {
		name string
		size size
	}{{"80x24", size{80, 24}}, {"200x60", size{200, 60}}, {"60x16", size{60, 16}}} {
		t.Run(s.name, func(t *testing.T) {
			x := newTerminal(t, newDoors(50), s.size, plain, newInventory)
			x.settle()
			x.golden("inventory-" + s.name)
			x.press("down", "enter")
			x.golden("detail-" + s.name)
		})
	}
}
