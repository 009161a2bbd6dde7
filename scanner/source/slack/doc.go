// Package slack sweeps what people wrote in Slack: an export of a workspace, or the
// workspace itself through the Web API.
//
// Both give messages as the JSON that Slack has for them. From there the way is one:
//
//	workspace.go  who and where: names of users and channels, links to messages
//	message.go    a message's JSON to the text that its readers see
//	export.go     an export, a ZIP or a folder
//	live.go       a workspace: whose token it is, and how far a sweep came
//
// The last one has conversations.go for what there is to read, history.go for the
// messages, limit.go for calls that wait as Slack wants, and state.go for what is noted.
package slack
