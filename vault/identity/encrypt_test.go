package identity

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestEncrypt(t *testing.T) {
	i := New()
	for _, length := range []int{0, 1, MaxPlain + 1} {
		plain := bytes.Repeat([]byte("x"), length)
		var sealed bytes.Buffer
		w, err := i.Public().Encrypt(&sealed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(sealed.Bytes(), []byte("xxxxxxxx")) {
			t.Error("it can be read as it is")
		}
		r, err := i.Decrypt(bytes.NewReader(sealed.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes came back as %d, %v", length, len(got), err)
		}
		if _, err := New().Decrypt(bytes.NewReader(sealed.Bytes())); !errors.Is(err, ErrOtherKey) {
			t.Errorf("another identity: %v", err)
		}
		cut, err := i.Decrypt(bytes.NewReader(sealed.Bytes()[:sealed.Len()-1]))
		if err == nil {
			_, err = io.ReadAll(cut)
		}
		if err == nil {
			t.Error("what is cut off is read without an error")
		}
	}
}
