package git

// table holds something of each object, by number. A database in which few objects
// are looked up numbers them as it finds them, so a table grows. Many goroutines
// may set numbers at once that the table has room for.
type table[T any] []T

// get gives what was set, or the zero value.
func (t table[T]) get(object int32) T {
	if int(object) >= len(t) {
		var zero T
		return zero
	}
	return t[object]
}

func (t *table[T]) set(object int32, value T) {
	if more := int(object) + 1 - len(*t); more > 0 {
		*t = append(*t, make([]T, more)...)
	}
	(*t)[object] = value
}
