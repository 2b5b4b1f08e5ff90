import Configuration
import Hosts

/// The arguments passed on to disttrain unchanged: the configuration and its options.
package struct ProgramArguments: Equatable {
  package var words: [String]

  package init(_ words: [String]) throws(LaunchError) {
    self.words = words
    guard let first = words.first else {
      throw LaunchError("found no configuration, expected e.g. disttrain-launch configs/facades.yaml")
    }
    let own = ["--restarts", "--print"]
    let late = words.first { word in
      RankOptions.contains(word) || own.contains { word == $0 || word.hasPrefix($0 + "=") }
    }
    if let late {
      throw LaunchError("found \(late) after \(first), expected it before: disttrain-launch \(late) … \(first)")
    }
  }

  /// Whether the program trains, not runs a subcommand: whether the first word names a file.
  package var train: Bool { words[0].contains(".") || words[0].contains("/") }

  /// The place where the user sets the number of threads: the command line, or the configuration file with the text
  /// `configuration`. Nil if it is not set.
  ///
  /// disttrain checks the configuration; the launcher reads only its `threads`.
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
