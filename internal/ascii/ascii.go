// Package ascii tells the characters of ASCII apart. No byte of another character's
// UTF-8 is any of them.
package ascii

// IsLower tells whether a byte is a letter in lower case.
func IsLower(c byte) bool { return 'a' <= c && c <= 'z' }

// IsUpper tells whether a byte is a letter in upper case.
func IsUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// IsLetter tells whether a byte is a letter.
func IsLetter(c byte) bool { return IsLower(c) || IsUpper(c) }

// IsDigit tells whether a byte is a decimal digit.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsWord tells whether a byte is a letter, a digit or an underscore.
func IsWord(c byte) bool { return IsLetter(c) || IsDigit(c) || c == '_' }
