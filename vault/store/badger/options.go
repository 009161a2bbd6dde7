package badger

import "time"

// Options are what a process may choose for itself. The zero Options are fine.
type Options struct {
	// Wait is how long another process is waited for that holds the store; 0 is 30
	// seconds, less than 0 is not at all. After it, there is a [store.LockedError].
	Wait time.Duration

	// Waiting is called, if it isn't nil, when a wait has taken a third of a second,
	// with what holds the store. It must be safe for concurrent use.
	Waiting func(holder string)

	// Holder is how this process calls itself to those that wait for it, such as
	// "secretsweep secret set". The number of the process is added.
	Holder string

	// Group is the name or number of a Unix group whose members may open the store as
	// well. Only [Create] heeds it: it is the folder's from then on.
	Group string
}

const (
	defaultWait = 30 * time.Second // for another process
	longWait    = 300 * time.Millisecond
	poll        = 5 * time.Millisecond // between two attempts to get a lock

	// Opening and closing take about 6 ms each. So a process that makes one transaction
	// every 50 ms spends little on it, and one that is in constant use holds up another
	// for a quarter of a second and what its longest transaction takes.
	idle = 50 * time.Millisecond
	turn = 250 * time.Millisecond

	patience = 8 * turn // with the queue for the lock
)
