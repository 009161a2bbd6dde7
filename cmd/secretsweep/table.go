package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// Lists are tables for people, or JSON.

func registerTableFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVarP(format, "format", "f", "table", "`format` of the list: table, json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

func checkTableFormat(format string) error {
	if format != "table" && format != "json" {
		return withHint(fmt.Errorf("unknown format %q", format), "it is table or json")
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(buf.Bytes()))
	return err
}

// moment gives when something ends: the day, and the time if it isn't midnight; "" for never.
func moment(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Equal(t.Truncate(24*time.Hour)) {
		return day(t)
	}
	return t.Format("2006-01-02T15:04Z")
}

// day gives a time as its day, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// writeFitted writes rows in columns. Where they are wider than width, which is 0 if that
// doesn't matter, columns are cut off, those first that are named first.
func writeFitted(w io.Writer, width int, rows [][]string, cut ...int) error {
	const least, between = 8, 2
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	over := (len(widths)-1)*between - width
	for _, n := range widths {
		over += n
	}
	for _, i := range cut {
		if less := min(over, widths[i]-least); width > 0 && less > 0 {
			widths[i] -= less
			over -= less
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, text := range row {
			if n := widths[i]; utf8.RuneCountInString(text) > n {
				text = string([]rune(text)[:n-1]) + "…"
			}
			line += fmt.Sprintf("%-*s", widths[i]+between, text)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrapped breaks a text into lines of no more than 80 columns, each behind the same margin.
// The first line begins with a mark in place of the end of its margin.
func wrapped(margin int, mark, text string) string {
	const width = 80
	pad := strings.Repeat(" ", margin)
	line := strings.Repeat(" ", margin-min(utf8.RuneCountInString(mark), margin)) + mark
	var b strings.Builder
	empty := true
	for _, word := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = pad, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	return b.String()
}
