package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestForbidDumps(t *testing.T) {
	look := func() (unix.Rlimit, int) {
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
			t.Fatal(err)
		}
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return limit, dumpable
	}
	before, _ := look()
	allow := forbidDumps()
	if limit, dumpable := look(); limit.Cur != 0 || limit.Max != before.Max || dumpable != 0 {
		t.Errorf("forbidden: limit %+v, dumpable %d", limit, dumpable)
	}
	allow()
	if limit, dumpable := look(); limit != before || dumpable != 1 {
		t.Errorf("allowed again: limit %+v, dumpable %d; want %+v and 1", limit, dumpable, before)
	}
}
