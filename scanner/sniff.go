package scanner

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// sniffed is how many of a text's first bytes tell what it is, as in git.
const sniffed = 8000

// form is what data is.
type form int

const (
	plain form = iota
	nonText
	packed
	tarball // archives whose members lie there as they are
	utf16le
	utf16be
	utf32le
	utf32be
)

// holdsOthers tells whether there may be texts in it that unpacking brings out.
func (f form) holdsOthers() bool { return f == packed || f == tarball }

// isBinary tells whether it is no text, though it may hold some.
func (f form) isBinary() bool { return f == nonText || f == tarball }

// sniff tells what data is by its first bytes.
func sniff(head []byte) form {
	for _, bom := range byteOrderMarks {
		if bytes.HasPrefix(head, bom.mark) {
			return bom.form
		}
	}
	if tarMagic.matches(head) {
		return tarball
	}
	nul := bytes.IndexByte(head, 0) >= 0
	if !nul && startsAsUTF8(head) {
		return plain // whatever it begins with
	}
	for _, m := range magics {
		// Text in an old encoding may begin with "RIFF", but has no NUL.
		if m.matches(head) && (nul || !m.ascii()) {
			return packed
		}
	}
	if nul {
		return nonText
	}
	return plain
}

// byteOrderMarks has UTF-32 first, since its little-endian mark begins as the
// one of UTF-16.
var byteOrderMarks = []struct {
	mark []byte
	form form
}{
	{[]byte{0xff, 0xfe, 0, 0}, utf32le},
	{[]byte{0, 0, 0xfe, 0xff}, utf32be},
	{[]byte{0xff, 0xfe}, utf16le},
	{[]byte{0xfe, 0xff}, utf16be},
}

// startsAsUTF8 tells whether head is UTF-8, but for a character that its end cuts.
func startsAsUTF8(head []byte) bool {
	for i := len(head) - 1; i >= 0 && i > len(head)-utf8.UTFMax; i-- {
		if utf8.RuneStart(head[i]) {
			if !utf8.FullRune(head[i:]) {
				head = head[:i]
			}
			break
		}
	}
	return utf8.Valid(head)
}

// magic is how a format's files begin, from an offset on.
type magic struct {
	at     int
	prefix string
}

func (m magic) matches(head []byte) bool {
	return len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.prefix))
}

func (m magic) ascii() bool {
	return !strings.ContainsFunc(m.prefix, func(r rune) bool { return r < ' ' || r > '~' })
}

// tarMagic is that of POSIX and GNU archives (POSIX.1-1988, ustar).
var tarMagic = magic{257, "ustar"}

// magics are of formats whose content is compressed, or is no text at all, so
// that looking for text in them finds nothing. Formats that hold text as it is
// (tar, ar, SQLite, executables, key stores) are binary and are looked at.
var magics = []magic{
	// Archives and compressed data.
	{0, "PK\x03\x04"}, {0, "PK\x05\x06"}, {0, "PK\x07\x08"},
	{0, "\x1f\x8b\x08"}, {0, "\x1f\x9d"}, {0, "BZh"}, {0, "\xfd7zXZ\x00"},
	{0, "\x28\xb5\x2f\xfd"}, {0, "\x04\x22\x4d\x18"}, {0, "LZIP"},
	{0, "7z\xbc\xaf\x27\x1c"}, {0, "Rar!\x1a\x07"}, {0, "MSCF\x00\x00\x00\x00"},
	{0, "\xed\xab\xee\xdb"},
	// Images.
	{0, "\x89PNG\r\n\x1a\n"}, {0, "\xff\xd8\xff"}, {0, "GIF87a"}, {0, "GIF89a"},
	{0, "\x00\x00\x01\x00"}, {0, "II*\x00"}, {0, "MM\x00*"}, {0, "8BPS"},
	{6, "\x00\x00\x00\x00\x36\x00\x00\x00"}, {6, "\x00\x00\x00\x00\x8a\x00\x00\x00"}, // BMP: reserved, then where the pixels begin
	{8, "WEBP"}, {0, "\x00\x00\x00\x0cjP  "},
	// Audio and video.
	{0, "ID3"}, {0, "\xff\xfb"}, {0, "OggS"}, {0, "fLaC"}, {8, "WAVE"}, {8, "AVI "},
	{4, "ftyp"}, {0, "\x1aE\xdf\xa3"}, {0, "FLV\x01"},
	// Fonts.
	{0, "wOFF"}, {0, "wOF2"}, {0, "OTTO"}, {0, "ttcf"}, {0, "\x00\x01\x00\x00\x00"},
	// Documents whose streams are compressed.
	{0, "%PDF-"},
}
