// Package slack sweeps what people wrote in Slack: an export of a workspace, or the
// workspace itself through the Web API.
//
// Both give messages as the JSON that Slack has for them. From there the way is one:
//
//	workspace.go  who and where: names of users and channels, links to messages
//	message.go    a message's JSON to a text: prose.go what is said and in which order,
//	              richtext.go blocks that clients make, markup.go marks within a text
//	export.go     an export: layout.go what is where in it, box.go the ZIP or folder,
//	              elements.go lists of any length
//	live.go       a workspace: conversations.go what there is to read, history.go the
//	              messages, limit.go calls that wait as Slack wants, state.go how far
//	              a sweep came
package slack
