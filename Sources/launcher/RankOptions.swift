/// mpirun's names of options that this launcher has, too, in all forms that people write: `--np 2`, `-n 2`, `-np2`,
/// `-np=2`, `-machinefile F`.
package enum RankOptions {
  private static let ranks = ["--np", "-np", "--n", "-n"]
  private static let hostfile = ["--hostfile", "-hostfile", "--machinefile", "-machinefile"]

  /// `words` with `-np N` and `--hostfile F` for every other form of them, up to the configuration.
  package static func normalized(_ words: [String]) -> [String] {
    var result: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word.count > 1, word != "--" else { return result + [word] + rest }
      if let (name, value) = parts(of: word) {
        result.append(name)
        if let value = value ?? rest.popFirst() { result.append(value) }
      } else {
        result.append(word)
        if word == "--restarts", let value = rest.popFirst() { result.append(value) }
      }
    }
    return result
  }

  /// Whether `word` is one of these options.
  package static func contains(_ word: String) -> Bool { parts(of: word) != nil }

  /// The launcher's own name of the option, and its value if `word` has it; nil for another word.
  private static func parts(of word: String) -> (name: String, value: String?)? {
    for (names, own) in [(ranks, "-np"), (hostfile, "--hostfile")] {
      for name in names where word.hasPrefix(name) {
        let rest = word.dropFirst(name.count)
        if rest.isEmpty { return (own, nil) }
        if rest.hasPrefix("=") { return (own, String(rest.dropFirst())) }
        if own == "-np", rest.allSatisfy({ ("0"..."9").contains($0) }) { return (own, String(rest)) }
      }
    }
    return nil
  }
}
