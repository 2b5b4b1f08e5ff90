/// A command as text that can be pasted into a shell. Only for display: the launcher runs nothing through a shell.
package enum CommandText {
  /// `env A=1 program word 'word with blanks'`.
  package static func line(_ words: [String], variables: [String: String] = [:]) -> String {
    let settings = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return ((settings.isEmpty ? [] : ["env"] + settings) + words).map(quoted).joined(separator: " ")
  }

  /// One word, in single quotes if it has characters that are special to a shell (POSIX 2018, XCU 2.2.2).
  package static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_./:=,@%+".utf8.contains(byte)
        }
      }
    return isPlain
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
