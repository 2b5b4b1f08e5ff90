import Configuration
import Hosts

/// What is passed on to disttrain, unchanged: the configuration and its options.
package struct ProgramArguments: Equatable {
  package var words: [String]

  package init(_ words: [String]) throws(LaunchError) {
    self.words = words
    guard let first = words.first else {
      throw LaunchError("found no configuration, expected e.g. disttrain-launch configs/facades.yaml")
    }
    let own = ["-np", "--np", "--hostfile", "--restarts", "--print"]
    if let late = words.first(where: { word in own.contains { word == $0 || word.hasPrefix($0 + "=") } }) {
      throw LaunchError("found \(late) after \(first), expected it before: disttrain-launch \(late) … \(first)")
    }
  }

  /// Whether these train, rather than run a subcommand: the first word names a file.
  package var train: Bool { words[0].contains(".") || words[0].contains("/") }

  /// Where the user says how many threads a rank has: in these words or in `configuration`, the text of the file.
  ///
  /// The configuration is checked by disttrain; here its `threads` matters alone.
  package func placeOfThreads(configuration: String?) -> String? {
    var previous = ""
    for word in words {
      if word.hasPrefix("--set=threads=") || (previous == "--set" && word.hasPrefix("threads=")) {
        return "the command line"
      }
      previous = word
    }
    guard let configuration, !Configuration.leavesThreadsOpen(yaml: configuration) else { return nil }
    return words[0]
  }
}
