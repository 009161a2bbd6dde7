package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
)

// Who is asked can be interrupted before they answer.
func TestAnswer(t *testing.T) {
	typed, keyboard := io.Pipe()
	defer keyboard.Close()
	sh := shell{stdin: typed, stderr: new(bytes.Buffer)}
	go io.WriteString(keyboard, " yes \n")
	if got, err := sh.answer(t.Context().Done()); got != "yes" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := sh.answer(ctx.Done()); got != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: got %q, %v", got, err)
	}
}
