package tui

import (
	"fmt"
	"strings"
)

// diffLine is a line of a difference: ' ' for one that stays, '-' and '+' for one that goes or
// comes, '@' for where lines were left out, '\\' for a remark.
type diffLine struct {
	kind byte
	text string
}

// diff gives the lines in which two texts differ, with three around them that they share.
func diff(before, after string) []diffLine {
	all := compareLines(linesIn(before), linesIn(after))
	const around = 3
	near := make([]bool, len(all))
	for i, l := range all {
		if l.kind == ' ' {
			continue
		}
		for n := max(0, i-around); n <= min(len(all)-1, i+around); n++ {
			near[n] = true
		}
	}
	var shown []diffLine
	from, to := 1, 1 // line numbers
	for i, l := range all {
		if near[i] {
			if i == 0 || !near[i-1] {
				shown = append(shown, diffLine{'@', fmt.Sprintf("@@ -%d +%d @@", from, to)})
			}
			text, ended := strings.CutSuffix(l.text, "\n")
			shown = append(shown, diffLine{l.kind, text})
			if !ended {
				shown = append(shown, diffLine{'\\', `\ no line end`})
			}
		}
		if l.kind != '+' {
			from++
		}
		if l.kind != '-' {
			to++
		}
	}
	return shown
}

func linesIn(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		return lines[:last]
	}
	return lines
}

// compareLines gives all lines of two texts, those that both have once: as many as can be.
func compareLines(a, b []string) []diffLine {
	var head, tail []diffLine
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, diffLine{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, diffLine{' ', a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	head = append(head, compareMiddle(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		head = append(head, tail[i])
	}
	return head
}

// compareMiddle compares what lies between the first and the last difference. Where that is so
// much that it would take long, it shares no line.
func compareMiddle(a, b []string) []diffLine {
	const most = 4 << 20
	var all []diffLine
	var shared [][]int32 // how many lines a[i:] and b[j:] share at most
	if len(a)*len(b) <= most {
		shared = make([][]int32, len(a)+1)
		for i := range shared {
			shared[i] = make([]int32, len(b)+1)
		}
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					shared[i][j] = shared[i+1][j+1] + 1
				} else {
					shared[i][j] = max(shared[i+1][j], shared[i][j+1])
				}
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case shared != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, diffLine{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && (shared == nil || shared[i+1][j] >= shared[i][j+1]):
			all = append(all, diffLine{'-', a[i]})
			i++
		default:
			all = append(all, diffLine{'+', b[j]})
			j++
		}
	}
	return all
}
