package vault

import (
	"context"
	"encoding/json"
	"time"
)

// Consumer is what has read a secret: a principal with a program.
type Consumer struct {
	Ref
	Principal string
	Kind      PrincipalKind
	Program   string    // as the log has it
	Host      string    // of the last reading
	Version   int       // that it last read
	Last      time.Time // when it last read
	Times     int
	Gone      bool // it has left, or the token has ended
	Bundle    bool // it has it in a bundle, made at Last, and leaves no trace when it reads that
}

// Consumers gives who has read secrets.
func (s *Session) Consumers(context.Context, []Ref) ([]Consumer, error) { return nil, nil }

// Policy gives the policy.
func (s *Session) Policy(context.Context) (json.RawMessage, error) { return nil, nil }

// SetPolicy sets it.
func (s *Session) SetPolicy(context.Context, json.RawMessage) error { return nil }
