package match

type surroundings struct {
	name       string
	data       []byte
	start, end int
}

func looksRandom(value string, _ surroundings) bool { return true }
func entropy(s string) float64                      { return 9 }
