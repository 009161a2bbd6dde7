package place

import "testing"

func TestPositionAfter(t *testing.T) {
	tests := []struct {
		name, text string
		want       Position
	}{
		{"nothing", "", Position{3, 7}},
		{"within a line", "abc", Position{3, 10}},
		{"characters, not bytes", "äöü€𝄞", Position{3, 12}},
		{"an invalid byte is one column", "a\xff\xfeb", Position{3, 11}},
		{"a truncated character is as many columns as bytes", "\xe2\x82", Position{3, 9}},
		{"an end of line", "abc\n", Position{4, 1}},
		{"several lines", "a\r\n\nbc", Position{5, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Position{3, 7}).After([]byte(tt.text)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
