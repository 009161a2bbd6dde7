package main

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
)

var update = flag.Bool("update", false, "draw docs/screens anew")

// TestScreens draws the pictures in docs/screens from the real program at a terminal, with
// the mess in front of it. Those that are there have to be what it shows now.
func TestScreens(t *testing.T) {
	m := newMess(t)
	m.found()
	w := window{columns: 100, rows: 30}
	at := m.migrate(w)
	at.await("to decide about", "all as suggested")
	at.picture("inventory", "secretsweep migrate: what was found, and what is suggested")
	at.press("enter")
	at.await("back to the list", "AWS_SECRET_ACCESS_KEY=")
	at.picture("detail", "secretsweep migrate: a value with the lines around it, masked")
	at.press("esc") // by itself: with a key right behind it, it would be that key with Alt
	at.await("68 values")
	at.press("Y")
	at.await(" 0 to decide about")
	at.press("n")
	at.await("[Map]")
	at.press("c")
	at.picture("map", "secretsweep migrate: names, and what each environment gets")
	at.press("n")
	at.await("[Roles]")
	at.press("n")
	at.await("[Confirm]")
	at.picture("confirm", "secretsweep migrate: what is written, all of it or nothing")
	at.press("y")
	at.await("[After]")
	at.press("q")
	at.status()

	board := m.begin(w)
	board.await("open,", "▸")
	board.picture("dashboard", "secretsweep: the dashboard of a vault")
	board.press("ctrl+c")
	board.status()

	board = m.begin(window{columns: 150, rows: 27})
	board.await("open,", "▸")
	board.press("o")
	board.await("Who looks after it?")
	board.press("enter")
	board.await("owned by", "Guide: ")
	board.press("down", "up") // the notice has an ID that is made up
	board.picture("rotate", "secretsweep: what is to be rotated, and the guide beside it")
	board.press("ctrl+c")
	board.status()

	copies := t.TempDir() // where no configuration says what to leave out
	if err := os.CopyFS(copies, os.DirFS(screens)); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := m.run("scan", copies); status != statusOK {
		t.Errorf("a scan of %s: status %d\n%s%s", screens, status, out, errs)
	}
}

// screens is where the pictures are.
const screens = "../../docs/screens"

// picture draws the screen into a file, or compares it with the file, once the screen is as
// it is to be.
func (t *terminal) picture(name, title string) {
	t.Helper()
	path := filepath.Join(screens, name+".svg")
	var drawn []byte
	if *update {
		t.until("rest", func(string) bool {
			before := drawn
			time.Sleep(300 * time.Millisecond)
			drawn = t.draw(title)
			return bytes.Equal(before, drawn)
		})
		if err := os.WriteFile(path, drawn, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const most = 100 << 10
	if len(want) > most {
		t.Errorf("%s has %d bytes, more than %d", path, len(want), most)
	}
	for end := time.Now().Add(patience / 6); !bytes.Equal(want, drawn); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("%s isn't what the program shows: run this test with -update, and look at it.\n%s", path, t.text())
			return
		}
		drawn = t.draw(title)
	}
}

// The sizes of a picture, in pixels: a character, and what is around the screen.
const (
	cellWidth, cellHeight = 8.4, 18.0
	padding               = 16.0
)

const (
	paper = "#171a21"
	ink   = "#d5d8df"
)

// draw draws the screen as an SVG picture, in which texts are texts.
func (t *terminal) draw(title string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	columns, rows := t.screen.Width(), t.screen.Height()
	width, height := float64(columns)*cellWidth+2*padding, float64(rows)*cellHeight+2*padding
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%.0f" height="%.0f" rx="10" fill="%s" stroke="#8b93a5"/>`+"\n", width-1, height-1, paper)
	fmt.Fprintf(&b, `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="%s" xml:space="preserve" style="white-space:pre">`+"\n", ink)
	for y := range rows {
		t.drawLine(&b, y, columns)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// drawLine draws a line: a text for each run of characters of one look, with what is behind
// it. A run with a date from today on is left out, so that a picture is the same on every day.
func (t *terminal) drawLine(b *bytes.Buffer, y, columns int) {
	date, today := regexp.MustCompile(`\d{4}-\d\d-\d\d`), time.Now().UTC().Format(time.DateOnly)
	for x := 0; x < columns; {
		first := t.screen.CellAt(x, y)
		var text strings.Builder
		end := x
		for end < columns {
			c := t.screen.CellAt(end, y)
			if !c.Style.Equal(&first.Style) {
				break
			}
			text.WriteString(c.Content)
			end += max(1, c.Width)
		}
		if dates := date.FindAllString(text.String(), -1); !slices.ContainsFunc(dates, func(d string) bool { return d >= today }) {
			drawRun(b, x, y, end-x, text.String(), first.Style)
		}
		x = end
	}
}

func drawRun(b *bytes.Buffer, x, y, columns int, text string, s uv.Style) {
	front, back := hexColor(s.Fg, ink), hexColor(s.Bg, paper)
	if s.Attrs&uv.AttrReverse != 0 {
		front, back = back, front
	}
	left, top, width := padding+float64(x)*cellWidth, padding+float64(y)*cellHeight, float64(columns)*cellWidth
	if back != paper {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, width, cellHeight, back)
	}
	blanks := len(text) - len(strings.TrimLeft(text, " "))
	left, width = left+float64(blanks)*cellWidth, width-float64(blanks)*cellWidth
	trimmed := strings.TrimRight(text[blanks:], " ")
	if trimmed == "" {
		return
	}
	width -= float64(len(text)-blanks-len(trimmed)) * cellWidth
	look := ""
	if front != ink {
		look += fmt.Sprintf(` fill="%s"`, front)
	}
	if s.Attrs&uv.AttrBold != 0 {
		look += ` font-weight="bold"`
	}
	if s.Attrs&uv.AttrFaint != 0 {
		look += ` opacity="0.6"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f"%s>%s</text>`+"\n", left, top+13.5, width, look, html.EscapeString(trimmed))
}

// hexColor gives a colour as SVG has it.
func hexColor(c color.Color, otherwise string) string {
	if c == nil {
		return otherwise
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
