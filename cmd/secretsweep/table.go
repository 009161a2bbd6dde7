package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

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
