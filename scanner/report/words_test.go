package report

import (
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
)

func TestWhereInAChat(t *testing.T) {
	posted := time.Unix(1355517523, 0).UTC()
	tests := []struct {
		name    string
		field   string
		message *place.Message
		want    string
	}{
		{"message", "", &place.Message{Channel: "#general", ChannelID: "C1", User: "Ann", UserID: "U1", Time: posted, ID: "1355517523.000005"}, "#general, Ann, 2012-12-14 20:38"},
		{"with a link", "", &place.Message{Channel: "#general", UserID: "U1", Time: posted, ID: "1355517523.000005", Link: "https://acme.slack.com/x"},
			"#general, U1, 2012-12-14 20:38  https://acme.slack.com/x"},
		{"without a time", "", &place.Message{Channel: "#general", User: "Ann"}, "#general, Ann"},
		{"without a name", "", &place.Message{ChannelID: "C1"}, "C1"},
		{"topic", "topic", &place.Message{Channel: "#general"}, "topic of #general"},
		{"hostile", "", &place.Message{Channel: "#gen\x1beral", User: "A\nnn"}, `#gen\x1beral, A\nnn`},
		{"nothing", "", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := new(Report).Where(&place.Place{Kind: place.Chat, Field: tt.field, Message: tt.message}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
