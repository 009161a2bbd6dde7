// Package slack sweeps what people wrote in Slack: an export of a workspace, or the
// workspace itself through the Web API.
//
// Both give messages as the JSON that Slack has for them. From there the way is one:
//
//	workspace.go  who and where: names of users and channels, links to messages
//	message.go    a message's JSON to a text: prose.go what is said in it, richtext.go and
//	              markup.go how
//	export.go     an export, a ZIP or a folder
package slack
