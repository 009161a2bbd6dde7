package vault

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/secretsweep/secretsweep/vault/store"
)

// Pairs in a backup or a bundle: each the length of its key (16 bits) and of its value (32
// bits), and both. A key of no length ends them, and their number (64 bits) follows.

type pairWriter struct {
	w       io.Writer
	written uint64
}

func (p *pairWriter) add(pair store.Pair) error {
	head := binary.BigEndian.AppendUint16(nil, uint16(len(pair.Key)))
	head = binary.BigEndian.AppendUint32(head, uint32(len(pair.Value)))
	for _, part := range [][]byte{head, pair.Key, pair.Value} {
		if _, err := p.w.Write(part); err != nil {
			return err
		}
	}
	p.written++
	return nil
}

func (p *pairWriter) end() error {
	_, err := p.w.Write(binary.BigEndian.AppendUint64(make([]byte, 2), p.written))
	return err
}

var errPairs = errors.New("it is damaged or cut short")

// readPairs calls take for each pair, and makes sure that they have an end.
func readPairs(r *bufio.Reader, take func(store.Pair) error) error {
	for count := uint64(0); ; count++ {
		var size [2]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return cutShort(err)
		}
		keyLen := int(binary.BigEndian.Uint16(size[:]))
		if keyLen == 0 {
			var number [8]byte
			if _, err := io.ReadFull(r, number[:]); err != nil {
				return cutShort(err)
			}
			if binary.BigEndian.Uint64(number[:]) != count {
				return errPairs
			}
			return nil
		}
		var valueSize [4]byte
		if _, err := io.ReadFull(r, valueSize[:]); err != nil {
			return cutShort(err)
		}
		valueLen := binary.BigEndian.Uint32(valueSize[:])
		if keyLen > store.MaxKey || valueLen > store.MaxValue {
			return errPairs
		}
		data := make([]byte, keyLen+int(valueLen))
		if _, err := io.ReadFull(r, data); err != nil {
			return cutShort(err)
		}
		if err := take(store.Pair{Key: data[:keyLen:keyLen], Value: data[keyLen:]}); err != nil {
			return err
		}
	}
}

// cutShort tells what ended too early from what couldn't be read.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errPairs
	}
	return fmt.Errorf("read: %w", err)
}
