import ArgumentParser
import Configuration

struct SettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings",
    abstract: "List the keys of a configuration, or explain one.",
    discussion: """
      disttrain settings              every key with its default and a sentence
      disttrain settings train.loss   the keys of a group
      disttrain settings data.cache   one key in full: its values, and whether a continued run may change it
      """)

  @Argument(help: "A dotted key, or a group of them.")
  var key: String?

  @Flag(help: "Print all keys as a page of Markdown.")
  var markdown = false

  func validate() throws {
    if markdown, key != nil { throw ValidationError("--markdown prints every key: leave out \(key!)") }
  }

  func run() { SettingsReference().main(key: key, asMarkdown: markdown) }
}
