// Package judge says what a name means and whether a value is worth telling about: is
// it a secret, one that a person chose or a machine made, or does it only stand where
// one would? It knows nothing of rules, files or places.
//
//   - [NameOf] reads a name (name.go, name_words.go).
//   - [Random] tells what a machine made by chance (random.go) from what somebody
//     wrote or put in its place (placeholder.go), and from what has a form of its own
//     (form.go).
//   - [PasswordOf] judges what a person may have chosen (password.go).
//   - [Refers] tells what is no value but says where one is (reference.go).
package judge
