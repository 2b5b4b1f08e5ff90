import CFuzzer
import Glibc
import ParserEntries

/// Feeds one parser with what libFuzzer invents; scripts/fuzz builds and runs it.
///
/// The parser is chosen by an environment variable, since libFuzzer starts the program anew with its own arguments.
@main
enum FuzzDriver {
  nonisolated(unsafe) private static var entry: ParserEntry = .png

  static func main() {
    let name = getenv("DISTTRAIN_FUZZ_PARSER").map { String(cString: $0) } ?? ""
    guard let entry = ParserEntry(rawValue: name) else {
      let names = ParserEntry.allCases.map(\.rawValue).joined(separator: ", ")
      let message = "fuzz-parsers: DISTTRAIN_FUZZ_PARSER is \"\(name)\", expected one of \(names)\n"
      write(STDERR_FILENO, message, message.utf8.count)
      exit(64)
    }
    Self.entry = entry
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        _ = FuzzDriver.entry.refusal(of: [UInt8](UnsafeBufferPointer(start: data, count: size)))
        return 0
      })
  }
}
