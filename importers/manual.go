package importers

// Manual is an entry that somebody makes by hand, for a secret that no file has: its value
// is in a provider's console, and is to be filled in.
func Manual(name, env, note string) Item {
	return Item{Name: name, Env: env, Note: note, From: FromHand}
}

// FromHand is where [Manual] is from.
const FromHand = "manual"
